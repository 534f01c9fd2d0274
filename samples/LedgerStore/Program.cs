Console.WriteLine("ledger-store");
