#!/bin/bash
# Records what LXC answers, as root; see README.md.
cd "$(dirname "$0")"; here=$PWD
for name in errors lifecycle; do
	unshare -m -n bash -c "
		mount --make-rprivate /; mount --bind '$here' /media; mount -t tmpfs lxc /var/lib/lxc
		mount -t sysfs sysfs /sys; mount -t cgroup2 cgroup2 /sys/fs/cgroup; mount -t tmpfs run /run
		ip link add lxcbr0 type bridge; ip addr add 10.0.3.1/24 dev lxcbr0; ip link set lxcbr0 up; ip link set lo up
		dnsmasq --interface=lxcbr0 --bind-interfaces --dhcp-range=10.0.3.2,10.0.3.254 --listen-address=10.0.3.1 --except-interface=lo --conf-file= --pid-file=/run/dnsmasq.pid --dhcp-leasefile=/run/leases --no-resolv --no-hosts 2> /dev/null
		cd /; env -i PATH=/usr/sbin:/usr/bin:/sbin:/bin HOME=/root LC_ALL=C bash -c \"\$(cat /media/$name.sh)\" > /run/out 2>&1; cat /run/out
		kill \$(cat /run/dnsmasq.pid)" > "$name.txt"
done
