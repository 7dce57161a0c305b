t() { echo "\$ $*"; "$@" 2>&1; echo "[$?]"; }
t lxc-ls
t lxc-ls -f
t lxc-create
t lxc-create -n a
t lxc-create -n a -t nope
t lxc-create -n x/y -t none
t lxc-info
t lxc-info -n nope
t lxc-start
t lxc-start -n nope
t lxc-stop
t lxc-stop -n nope
t lxc-attach
t lxc-attach -n nope
t lxc-attach -n nope -- ls
t lxc-destroy
t lxc-destroy -n nope
t lxc-freeze -n nope
t lxc-unfreeze -n nope
t lxc-cgroup
t lxc-cgroup -n nope memory.max
t lxc-copy
t lxc-copy -n nope -N b
t lxc-console -n nope
t lxc-execute -n nope -- true
t lxc-wait -n nope -s RUNNING -t 1
t lxc-wait -n nope -s NOPE
t lxc-wait -n nope
t lxc-config lxc.lxcpath
t lxc-config -l
t lxc-config nope
