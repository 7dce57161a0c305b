#!/bin/bash
# Records what a real machine answers, as root; see README.md.
cd "$(dirname "$0")"; here=$PWD
fresh() {
	unshare -m bash -c "
		mount --make-rprivate /; mount --bind '$here' /media; mount -t tmpfs tmp /tmp; chmod 1777 /tmp; cd /tmp
		printf 'root:x:0:0:root:/root:/bin/bash\nnobody:x:65534:65534:nobody:/:/usr/sbin/nologin\nlearner:x:1000:1000:Learner,,,:/home/learner:/bin/bash\n' > pw; mount --bind pw /etc/passwd
		printf 'root:x:0:\nnogroup:x:65534:\nlearner:x:1000:learner\n' > gr; mount --bind gr /etc/group
		printf 'learner:100000:65536\n' > sub; mount --bind sub /etc/subuid; mount --bind sub /etc/subgid
		export LC_ALL=C; $1 bash -c 'exec 2>&1; '\"\$(cat /media/$2.sh)\" > /tmp/out; cat /tmp/out" > "$2.txt"
}
learner="setpriv --reuid 1000 --regid 1000 --clear-groups"
fresh "" propagation
fresh "$learner" user-namespaces
fresh "" chroot-escape
fresh "$learner" subordinate-ids
