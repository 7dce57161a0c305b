mkdir -p jail/bin jail/etc; cp /bin/busybox jail/bin; for n in sh ls cat mkdir chroot nsenter pwd mount; do ln -s busybox jail/bin/$n; done; echo "inside the jail" > jail/etc/where; mkdir -p etc; echo "outside of it" > etc/where
chroot jail /bin/sh -c 'cat /etc/where; ls /; pwd; cd ..; cat etc/where'
echo "chroot again, and keep the working directory outside:"
chroot jail /bin/sh -c 'mkdir x; nsenter --root=x --wd=. ./bin/sh -c "cd ..; ./jail/bin/cat etc/where; ./jail/bin/busybox chroot . jail/bin/cat etc/where"'
echo "with chroot alone the working directory follows:"
chroot jail /bin/sh -c 'chroot x /bin/sh; cd x; chroot . ../bin/sh'
echo "through the root of another process:"
chroot jail /bin/sh -c 'mkdir /proc; mount -t proc proc /proc; chroot /proc/$PPID/root /bin/cat /tmp/etc/where'
umount jail/proc
echo "after pivot_root there is nothing above:"
unshare -m sh -c 'mount --bind jail jail; cd jail; mkdir old; pivot_root . old; exec chroot . /bin/sh -c "busybox umount -l /old; mkdir y; nsenter --root=y --wd=. ./bin/sh -c \"cd ..; cd ..; ./bin/pwd; ./bin/ls; ./bin/cat etc/where\""'
