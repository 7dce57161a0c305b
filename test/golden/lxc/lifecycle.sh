t() { echo "\$ $*"; "$@" 2>&1; echo "[$?]"; }
same() { sed 's/10\.0\.3\.[0-9]* *\(.*-\)/ADDRESS \1/; s/10\.0\.3\.[0-9]*$/ADDRESS/; s/veth[A-Za-z0-9]*/VETH/; s/^PID: .*/PID:            N/; s/bytes:  .*/bytes: N/; s/ IPV4 */ IPV4 /'; }
t lxc-create -n bb -t busybox
sed -i '/apparmor/d' /var/lib/lxc/bb/config
t lxc-create -n bb -t busybox
cat /var/lib/lxc/bb/rootfs/etc/inittab /var/lib/lxc/bb/rootfs/etc/passwd; readlink /var/lib/lxc/bb/rootfs/bin/ls; stat -c '%a %F' /var/lib/lxc/bb /var/lib/lxc/bb/config /var/lib/lxc/bb/rootfs/sbin/init
grep -v '^#' /var/lib/lxc/bb/config | grep -v lib
t lxc-ls -f
t lxc-info -n bb
t lxc-start -n bb
sleep 8
t lxc-start -n bb
t lxc-ls
t lxc-ls -1
t lxc-ls --stopped
t lxc-ls -f | same
t lxc-info -n bb | same
t lxc-info -n bb -s
t lxc-info -n bb -c lxc.uts.name -c nope
t lxc-attach -n bb -- sh -c 'p=$(ps); echo "$p" | grep -v ps | sed "s/^ *[0-9]* //"'
t lxc-attach -n bb -- hostname
t lxc-attach bb -- id -u
t lxc-attach -n bb -- nope
t lxc-attach -n bb -- sh -c 'exit 3'
t lxc-attach -n bb --clear-env -- env
t lxc-attach -n bb -- sh -c 'echo $container; pwd; tail -n 1 /proc/1/cgroup; tail -n 1 /proc/self/cgroup'
t lxc-attach -n bb -- sh -c 'mount | grep -E " (/proc|/sys|/dev/shm|/proc/sys|/sys/fs/cgroup) " | sed "s/,[^,)]*=[^,)]*//g"'
t lxc-attach -n bb -- sh -c 'ls /dev | grep -v -E "log|tty.|pts|console|ptmx" | tr "\n" " "'
t lxc-attach -n bb -- sh -c 'ip route | sed "s/src.*//"'
tail -n 1 /proc/$(lxc-info -n bb -pH)/cgroup
ps -eo args | grep '[l]xc monitor'
t lxc-freeze -n bb
t lxc-freeze -n bb
t lxc-info -n bb -s
t lxc-ls --frozen
t lxc-unfreeze -n bb
t lxc-unfreeze -n bb
t lxc-destroy -n bb
t lxc-copy -n bb -N cc
t lxc-wait -n bb -s RUNNING -t 1
t lxc-stop -n bb -t 20
t lxc-wait -n bb -s STOPPED
t lxc-info -n bb -s
t lxc-stop -n bb
t lxc-copy -n bb -N cc
t lxc-copy -n bb -N cc
t lxc-copy -n bb -N dd -s -B overlay
grep -E 'rootfs|uts' /var/lib/lxc/cc/config /var/lib/lxc/dd/config
t lxc-start -n dd
t lxc-attach -n dd -- sh -c 'hostname; mount | head -n 1; touch /x'
ls /var/lib/lxc/dd /var/lib/lxc/dd/overlay; ls /var/lib/lxc/dd/overlay/delta | grep x
t lxc-destroy -n bb
t lxc-destroy -f -n dd
t lxc-execute -n cc -- /bin/sh -c 'echo hi; echo $$; cat /proc/1/comm; exit 4'
t lxc-start -n cc -d -- nope
sed -i 's,^lxc.net.0.link.*,lxc.net.0.link = nobr,' /var/lib/lxc/cc/config
t lxc-start -n cc | grep -v -E 'af_unix|recv_fds'
echo 'lxc.nope = 1' >> /var/lib/lxc/cc/config
t lxc-start -n cc | grep -v -E 'af_unix|recv_fds'
t lxc-info -n cc
t lxc-ls
t lxc-destroy -n cc
t lxc-destroy -n bb
ls -d /sys/fs/cgroup/lxc.payload* 2>/dev/null; rm -rf /var/lib/lxc/cc; ls /var/lib/lxc
