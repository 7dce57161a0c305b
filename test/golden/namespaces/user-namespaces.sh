cd /tmp; mkdir w; cd w; echo x > mine; chmod 700 .
unshare -Ur sh -c 'id -u; id -g; stat -c "%u %g %n" mine; stat -c "%u %U" /etc/passwd; cat /proc/self/uid_map /proc/self/gid_map /proc/self/setgroups; touch new; chown 1 new; chown 0:0 new; cat /etc/shadow; chown 0 /etc/hostname; mknod n c 1 3; hostname x; grep -E "CapEff|Uid|Gid" /proc/self/status; stat -c "%u" /proc/self /proc/1'
stat -c "%u %g" new
unshare -U sh -c 'id -u; grep CapEff /proc/self/status; touch zz; stat -c "%u %g" zz'
unshare -c sh -c 'id -u; grep CapEff /proc/self/status'
unshare -c --keep-caps sh -c 'id -u; grep -E "CapEff|CapAmb" /proc/self/status'
unshare -Urm sh -c 'mount -t tmpfs t /mnt && touch /mnt/f && stat -c "%u %g" /mnt/f; stat -c "%u %a" /mnt; mount -t proc p /mnt; umount /proc; mkdir /mnt/l /mnt/u /mnt/w /mnt/m; echo low > /mnt/l/f; mount -t overlay o -o lowerdir=/mnt/l,upperdir=/mnt/u,workdir=/mnt/w /mnt/m; cat /mnt/m/f; umount /mnt/m; mount -t ext4 /dev/vda1 /mnt/m; mount -t sysfs s /mnt/m; mount -t cgroup2 c /mnt/m'
unshare -Ur sh -c 'mount -t tmpfs t /mnt; umount /proc'
unshare -Urpf --mount-proc sh -c 'echo $$; ls -d /proc/[0-9]*; stat -c %u /proc/1; :'
unshare -Ur unshare -m sh -c 'mount -t tmpfs t /mnt; echo $?'
unshare -Ur unshare -Ur sh -c 'cat /proc/self/uid_map; id -u'
unshare -Ur sh -c 'echo 5 > /proc/sys/vm/swappiness'
unshare --setgroups=allow -r true; echo $?
unshare --map-user=5 id -u
unshare --map-user=5 --map-group=6 id -g
unshare -r -c id -u
unshare -S 5 -r id -u
unshare -r -S 0 -G 0 id -u
unshare --propagation foo -m true; unshare --setgroups foo true; unshare --kill-child=FOO true; unshare -Ur -w /nx true; unshare -R /nx true
unshare -U sleep 5 & sleep 1; P=$!
echo '0 1000 1' > /proc/$P/gid_map; echo deny > /proc/$P/setgroups; echo '0 1000 1' > /proc/$P/gid_map; cat /proc/$P/gid_map
echo '0 1000 2' > /proc/$P/uid_map; echo 'x 1000 1' > /proc/$P/uid_map; echo '7 1000 1' > /proc/$P/uid_map; echo '0 1000 1' > /proc/$P/uid_map; cat /proc/$P/uid_map; echo allow > /proc/$P/setgroups
nsenter -t $P -U sh -c 'id -u; id -g'; nsenter -t $P -U --preserve-credentials id -u; nsenter -t $P -U -S 7 -G 0 id -u
nsenter -t 1 -U true; nsenter -t $P -m true
