// Options of `qemu-system-i386 -help` (7.2) that virtlab has nothing behind.

export const unmodelledOptions: ReadonlySet<string> = new Set(`
	M help fdb hdb hdd D L acpitable action add-fd append async-teardown audio audio-help audiodev blockdev boot cdrom chardev chroot compat cpu d daemonize device dfilter
	drive dtb dump-vmstate echr enable-kvm enable-sync-profile fda fsdev full-screen fw_cfg gdb global h hda hdc icount incoming initrd iscsi k loadvm
	machine mem-path mem-prealloc mon msg mtdblock name net netdev nic no-acpi no-fd-bootchk no-hpet no-user-config nodefaults numa object only-migratable
	option-rom overcommit parallel pflash pidfile plugin portrait preconfig qmp qmp-pretty readconfig rotate rtc runas s sandbox sd seed serial set
	singlestep smbios smp snapshot spice tpmdev trace usb usbdevice uuid vga virtfs vnc watchdog-action win2k-hack xen-attach xen-domid xen-domid-restrict
`.trim().split(/\s+/v));
