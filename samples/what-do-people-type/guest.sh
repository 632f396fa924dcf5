# Two people at two terminals.
record typed.dtr -x /bin/bash --probe 'readline%return +0($retval):string' -a --snapshot symbols
bash /bin/type.sh 'ls' 'cd /var/log' 'echo hello from a terminal' 'true' &
sleep 0.1
bash /bin/type.sh 'cat /etc/passwd' 'rm -r /tmp/build'
wait $! # both have ended by now, or soon
recorded
