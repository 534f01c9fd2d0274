# Rotates LOG when it is past LOG_BYTES, keeping LOG_FILES in all. Runs in the container's folder.
mkdir rotating 2>/dev/null || exit 0
# What a terminal showed is kept for those who look now.
if [ -e terminal ] && [ "$(wc -c <terminal)" -gt "$LOG_BYTES" ]; then : >terminal; fi
if [ "$(wc -c <"$LOG")" -gt "$LOG_BYTES" ]; then
    number=$((LOG_FILES - 1))
    while [ "$number" -gt 1 ]; do
        previous=$((number - 1))
        [ ! -e "$LOG.$previous" ] || mv -f "$LOG.$previous" "$LOG.$number"
        number=$previous
    done
    if [ "$LOG_FILES" -gt 1 ]; then mv -f "$LOG" "$LOG.1"; else rm -f "$LOG"; fi
fi
rmdir rotating
