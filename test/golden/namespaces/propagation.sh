mount -t tmpfs base /mnt; mount --make-private /mnt; cd /mnt
mkdir a b c d; mount --bind a a; mount --make-shared a
mount --bind a b; mount --bind a c; mount --make-slave c; mount --bind a d; mount --make-private d
show() { sed -n 's,.* /[^ ]* \(/mnt/[abcd][^ ]*\) [^ ]* \?\(.*\) - .*,\1 \2,p' /proc/self/mountinfo | sed 's/\([dr]\):[0-9]*/\1:N/g'; }
show
mkdir a/x; mount -t tmpfs t a/x; echo "after mounting below a:"; show
touch a/x/f; ls b/x c/x d/x
umount b/x; echo "after unmounting below b:"; show
mkdir c/x2; mount -t tmpfs t c/x2; echo "after mounting below the slave c:"; show
mount --make-shared c; mount -t tmpfs t a/x; echo "a slave that is shared:"; show | tail -3
umount a/x c/x2
unshare -m --propagation slave sh -c 'mount -t tmpfs t /mnt/a/x; grep -c "/mnt/[abcd]/x " /proc/self/mountinfo'; grep -c "/mnt/[abcd]/x " /proc/self/mountinfo
unshare -m sh -c 'mount -t tmpfs t /mnt/a/x; grep -c "/mnt/[abcd]/x " /proc/self/mountinfo'; grep -c "/mnt/[abcd]/x " /proc/self/mountinfo
unshare -m --propagation unchanged sh -c 'mount -t tmpfs t /mnt/a/x'; grep -c "/mnt/[abcd]/x " /proc/self/mountinfo
(cd b/x; umount /mnt/a/x)
umount a/x
mount --make-unbindable d; show | tail -1
mount --bind d c/x2
mount --move d c/x2; echo $?
mount --bind /mnt/b /mnt/c/x2; mount --move /mnt/c/x2 /mnt/a/x
mount --make-shared /mnt/a/x2; mount --make-rprivate /mnt; show
cd /; umount -R /mnt; show
