# Keeps one container: runs its launch script, keeps the exit code, lets its output flow into the log.
# It outlives Holdfast, and is small because there is one for each container.
# Arguments: the container's folder, the stamper, the rotation script. LOG, LOG_BYTES, LOG_FILES come by environment.
cd "$1" || exit 1
umask 077
exec </dev/null >minder.log 2>&1
stamper=$2
ROTATE=$3
export ROTATE

# Prints "PID STARTTIME": a pid alone may come back as somebody else.
identity() {
    read -r stat <"/proc/$1/stat" || return 1
    set -- "$1" ${stat##*) }
    echo "$1 ${21}"
}

identity $$ >minder.tmp && mv minder.tmp minder
mkfifo -m 666 out.fifo err.fifo || exit 1
# shellcheck disable=SC2086 # AWK_FLAGS is a list
STREAM=stdout awk $AWK_FLAGS -f "$stamper" <out.fifo &
out=$!
STREAM=stderr awk $AWK_FLAGS -f "$stamper" <err.fifo &
err=$!
{ identity $out; identity $err; } >writers.tmp && mv writers.tmp writers

# The container gets none of this.
unset LOG LOG_BYTES LOG_FILES ROTATE AWK_FLAGS

# In the foreground: a background job of a shell would ignore SIGINT for good.
sh ./launch.sh 5>out.fifo 6>err.fifo
code=$?
echo "$code $(date +%s)" >exit.tmp && mv exit.tmp exit
