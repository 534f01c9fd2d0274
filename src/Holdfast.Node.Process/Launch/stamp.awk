# Turns a container's output lines into CRI log records: TIME STREAM P|F TEXT.
# Two of these (stdout, stderr) share a log: every record is one append shorter than a stdio buffer, and the file is
# opened anew for each, so that records never mix and a rotation by the other one is seen at once.
BEGIN {
    log_file = ENVIRON["LOG"]; stream = ENVIRON["STREAM"]; limit = ENVIRON["LOG_BYTES"] + 0
    chunk = 3900; slice = limit / 8; written = 0; synced = -1000; day = -1
}

{
    line = $0
    while (length(line) > chunk) {
        emit("P", substr(line, 1, chunk))
        line = substr(line, chunk + 1)
    }
    emit("F", line)
}

function emit(tag, text) {
    print stamp() " " stream " " tag " " text >> log_file
    close(log_file)
    written += length(text) + 45
    if (written > slice) { written = 0; system("sh \"$ROTATE\"") }
}

# Uptime needs no process to be read; the wall clock is asked once a minute, to follow its corrections.
function stamp(    parts, uptime, now, seconds, rest) {
    getline uptime_line < "/proc/uptime"
    close("/proc/uptime")
    split(uptime_line, parts, " ")
    uptime = parts[1] + 0
    if (uptime - synced > 60) {
        "date +%s.%N" | getline wall
        close("date +%s.%N")
        boot = wall - uptime
        synced = uptime
    }
    now = boot + uptime
    seconds = int(now)
    if (int(seconds / 86400) != day) { day = int(seconds / 86400); date = civil(day) }
    rest = seconds - day * 86400
    return sprintf("%sT%02d:%02d:%02d.%09dZ", date, int(rest / 3600), int(rest / 60) % 60, rest % 60, int((now - seconds) * 1000000000))
}

# Days since 1970 to a date, by eras of 400 years that begin in March (Hinnant, "chrono-compatible low-level date algorithms").
function civil(days,    shifted, era, day_of_era, year_of_era, day_of_year, month_index, month) {
    shifted = days + 719468
    era = int(shifted / 146097)
    day_of_era = shifted - era * 146097
    year_of_era = int((day_of_era - int(day_of_era / 1460) + int(day_of_era / 36524) - int(day_of_era / 146096)) / 365)
    day_of_year = day_of_era - (365 * year_of_era + int(year_of_era / 4) - int(year_of_era / 100))
    month_index = int((5 * day_of_year + 2) / 153)
    month = month_index < 10 ? month_index + 3 : month_index - 9
    return sprintf("%04d-%02d-%02d", year_of_era + era * 400 + (month <= 2), month, day_of_year - int((153 * month_index + 2) / 5) + 1)
}
