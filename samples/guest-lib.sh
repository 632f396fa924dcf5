# What the guest scripts of these folders need (see lib.sh); run by busybox sh in the virtual machine, in front of guest.sh.
hostname demo
mkdir -p /dev/pts /var/log
mount -t devpts devpts /dev/pts

record() { # FILE ARGUMENT...: starts the agent and waits until it records
    file=$1
    shift
    tracekit-capture record -o /out/$file "$@" </dev/null &
    agent=$!
    i=0
    while ! [ -s /out/$file ] && [ $i -lt 100 ]; do
        sleep 0.1
        i=$((i + 1))
    done
    sleep 1
}

recorded() { # ends it as Ctrl+C would (a shell's background job ignores SIGINT, so TERM it is)
    sleep 1
    kill -TERM $agent
    wait $agent
}

