// Volumes: where their files live, what the `local` driver mounts, and how `--mount` asks for them.

import {beforeEach, expect, test} from 'vitest';
import {TestHost} from '../../support/test-host.js';

let host: TestHost;
const help = '\n\nRun \'docker run --help\' for more information\n';

beforeEach(() => {
	host = new TestHost();
	host.sh('docker pull -q busybox');
});

test('a volume of type tmpfs is mounted while a container uses it, and empty afterwards', () => {
	host.sh('docker volume create --opt type=tmpfs --opt device=tmpfs --opt o=size=1m,uid=1000 tv');
	expect(host.sh('docker volume inspect -f "{{json .Options}}" tv').stdout).toBe('{"device":"tmpfs","o":"size=1m,uid=1000","type":"tmpfs"}\n');
	expect(host.sh('docker run --rm -v tv:/d busybox sh -c "df -k /d | tail -1; stat -c %u /d; echo x > /d/f"').stdout).toMatch(/^tmpfs +1024 +0 +1024 +0% \/d\n1000\n$/v);
	expect(host.sh('docker run --rm -v tv:/d busybox ls /d').stdout).toBe('');
	host.sh('docker run -d --name keeper -v tv:/d busybox sh -c "echo kept > /d/f; sleep 1000"; sleep 1');
	expect(host.sh('docker run --rm -v tv:/d busybox cat /d/f; mount | grep tv').stdout).toBe('kept\ntmpfs on /var/lib/docker/volumes/tv/_data type tmpfs (rw,relatime,size=1m,uid=1000)\n');
	expect(host.sh('docker rm -f keeper; mount | grep tv').stdout).toBe('keeper\n');
});

test('a volume can be a directory of the host', () => {
	host.sh('mkdir -p /srv/data; echo host > /srv/data/f; docker volume create -o type=none -o o=bind -o device=/srv/data bv');
	expect(host.sh('docker run --rm -v bv:/d busybox sh -c "cat /d/f; echo more > /d/g"; cat /srv/data/g; ls /var/lib/docker/volumes/bv/_data').stdout).toBe('host\nmore\n');
});

test('a directory that is not there is noticed when the volume is mounted', () => {
	host.sh('docker volume create -o type=none -o o=bind -o device=/srv/nope bn');
	const reason = 'error while mounting volume \'/var/lib/docker/volumes/bn/_data\': failed to mount local volume: mount /srv/nope:/var/lib/docker/volumes/bn/_data, flags: 0x1000: no such file or directory';
	expect(host.sh('docker run --rm -v bn:/new busybox true')).toMatchObject({stderr: `docker: Error response from daemon: ${reason}${help}`, status: 127});
	// /etc has files in the image, so the volume is filled before the container is there.
	expect(host.sh('docker run --name c1 -v bn:/etc busybox true')).toMatchObject({stderr: `docker: Error response from daemon: failed to populate volume: ${reason}${help}`, status: 127});
	expect(host.sh('docker ps -aq').stdout).toBe('');
});

test.each([
	['-o foo=bar', 'create vol: invalid option: "foo"'],
	['-o type=tmpfs', 'create vol: missing required option: "device"'],
	['-o o=bind', 'create vol: missing required option: "device"'],
	['-o size=1g', 'create vol: quota size requested but no quota support'],
	['-d nope', 'create vol: error looking up volume plugin nope: plugin "nope" not found'],
])('docker volume create %s vol is refused', (options, reason) => {
	expect(host.sh(`docker volume create ${options} vol`)).toMatchObject({stdout: '', stderr: `Error response from daemon: ${reason}\n`, status: 1});
});

test('network filesystems are refused openly when they would be mounted', () => {
	expect(host.sh('docker volume create -o type=nfs -o o=addr=192.0.2.1,rw -o device=:/x nv').stdout).toBe('nv\n');
	expect(host.sh('docker run --rm -v nv:/d busybox true').stderr).toBe(`docker: Error response from daemon: virtlab does not model volumes of type nfs${help}`);
});

test('docker volume update is for volumes of clusters', () => {
	host.sh('docker volume create v1');
	expect(host.sh('docker volume update v1')).toMatchObject({stderr: 'Can only update cluster volumes\n', status: 1});
	expect(host.sh('docker volume update v2')).toMatchObject({stderr: 'Error response from daemon: get v2: no such volume\n', status: 1});
});

test('--mount shows a part of a volume', () => {
	host.sh('docker run --rm -v v1:/x busybox sh -c "mkdir -p /x/a/b; echo in > /x/a/b/f"');
	expect(host.sh('docker run --rm --mount type=volume,src=v1,dst=/y,volume-subpath=a/b busybox cat /y/f').stdout).toBe('in\n');
	expect(host.sh('docker run --rm --mount type=volume,src=v1,dst=/y,volume-subpath=nope busybox true').stderr)
		.toBe(`docker: Error response from daemon: cannot access path /var/lib/docker/volumes/v1/_data/nope: lstat /var/lib/docker/volumes/v1/_data/nope: no such file or directory${help}`);
});

test('--mount makes a volume with options; fields with commas are quoted as in CSV', () => {
	const mount = String.raw`type=volume,src=v1,dst=/x,volume-label=a=b,volume-opt=type=tmpfs,volume-opt=device=tmpfs,"volume-opt=o=size=1m,mode=700"`;
	expect(host.sh(`docker run --rm --mount '${mount}' busybox stat -c %a /x; docker volume inspect -f '{{json .Labels}} {{.Options.o}}' v1`).stdout).toBe('700\n{"a":"b"} size=1m,mode=700\n');
});

test('--mount keeps what it was asked for, and shows what became of it', () => {
	host.sh('docker create --name c1 --mount type=bind,src=/srv,dst=/x,bind-propagation=rslave,readonly,bind-recursive=writable busybox true');
	expect(host.sh('docker inspect -f "{{json .HostConfig.Mounts}} {{json .Mounts}}" c1').stdout).toBe(
		'[{"Type":"bind","Source":"/srv","Target":"/x","ReadOnly":true,"BindOptions":{"Propagation":"rslave","ReadOnlyNonRecursive":true}}] '
		+ '[{"Type":"bind","Source":"/srv","Destination":"/x","Mode":"","RW":false,"Propagation":"rslave"}]\n',
	);
});

test.each([
	['type=bind,src=/nope,dst=/x', 'invalid mount config for type "bind": bind source path does not exist: /nope'],
	['type=bind,src=/srv,dst=/x,bind-propagation=foo', 'invalid mount config for type "bind": invalid propagation mode: foo'],
	['type=bind,src=srv,dst=/x', 'invalid mount config for type "bind": invalid mount path: \'srv\' mount path must be absolute'],
	['type=bind,src=/srv,dst=/', 'invalid mount config for type "bind": invalid specification: destination can\'t be \'/\''],
	['type=volume,src=v,dst=x', 'invalid mount config for type "volume": invalid mount path: \'x\' mount path must be absolute'],
	['type=volume,dst=/x,readonly', 'invalid mount config for type "volume": must not set ReadOnly mode when using anonymous volumes'],
	['type=volume,dst=/x,volume-subpath=a', 'invalid mount config for type "volume": must not set Subpath when using anonymous volumes'],
	['type=volume,src=v,dst=/x,volume-subpath=../a', 'invalid mount config for type "volume": subpath must be a relative path within the volume'],
	['type=tmpfs,src=a,dst=/x', 'invalid mount config for type "tmpfs": field Source must not be specified'],
	['type=foo,src=a,dst=/x', 'invalid mount config for type "foo": mount type unknown'],
	['type=image,src=busybox,dst=/x', 'virtlab does not model mounts of type image'],
])('the daemon refuses --mount %s', (mount, reason) => {
	expect(host.sh(`docker create --mount ${mount} busybox true`)).toMatchObject({stderr: `Error response from daemon: ${reason}\n`, status: 1});
});

test.each([
	['type=bind', 'target is required'],
	['type=,dst=/x', 'type is required'],
	['dst=/x,foo=bar', 'unexpected key \'foo\' in \'foo=bar\''],
	['dst=/x,foo', 'invalid field \'foo\' must be a key=value pair'],
	['type=volume,dst=/x,tmpfs-size=1', 'cannot mix \'tmpfs-*\' options with mount type \'volume\''],
	['type=tmpfs,dst=/x,tmpfs-mode=9', 'invalid value for tmpfs-mode: 9'],
	['type=bind,src=/a,dst=/b,bind-recursive=foo', 'invalid value for bind-recursive: foo (must be "enabled", "disabled", "writable", or "readonly")'],
	['type=bind,src=/a,dst=/b,bind-recursive=readonly', 'option \'bind-recursive=readonly\' requires \'readonly\' to be specified in conjunction'],
])('the client refuses --mount %s', (mount, reason) => {
	expect(host.sh(`docker create --mount ${mount} busybox true`).stderr.split('\n')[0]).toBe(`invalid argument "${mount}" for "--mount" flag: ${reason}`);
});

test('prune counts what the files of unused volumes took', () => {
	host.sh('docker run --rm -v v1:/x busybox sh -c "yes | head -c 3000 > /x/f"; docker run --name c1 -v v2:/x busybox true');
	expect(host.sh('docker volume prune -af').stdout).toBe('Deleted Volumes:\nv1\n\nTotal reclaimed space: 3kB\n');
});
