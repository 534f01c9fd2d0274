Console.WriteLine("holdfast");
