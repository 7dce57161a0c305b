// Start: one booted host with busybox, a directory of a build, and a web server at port 8080 that has an archive and two files.

import {expect, test} from 'vitest';
import {TestHost} from '../../support/test-host.js';

const env = {HOME: '/root'};
const where = {env, cwd: '/root/b'};

function prepared(dockerfile: string): TestHost {
	const host = new TestHost();
	host.sh(`docker pull -q busybox; mkdir -p /root/b; cd /root/b; printf '${dockerfile}' > Dockerfile; echo one > f`, {env});
	return host;
}

/** Without ids, digests and times. */
const plain = (text: string) => text.replaceAll(/\b[\da-f]{64}\b/gv, 'ID').replaceAll(/\b[\da-f]{12}\b/gv, 'ID').replaceAll(/\d+\.\d+s/gv, 'T').replaceAll(/^(#\d+) \d\.\d{3} /gmv, '$1 T ').replaceAll(/\d+(?:\.\d+)?[kM]?B/gv, 'SIZE');
const classic = 'DOCKER_BUILDKIT=0 docker build 2> /dev/null';

test('the classic builder keeps the container whose command failed, unless it is told otherwise', () => {
	const host = prepared(String.raw`FROM busybox\nENV A=b\nRUN echo half > /half; exit 3\n`);
	const built = host.sh(`${classic} .`, where);
	expect(built.status).toBe(3);
	expect(built.stdout).not.toContain('exit 3\n ---> Removed');
	expect(plain(host.sh(`docker ps -a --format '{{.Status}} {{.Command}}' --no-trunc; docker diff $(docker ps -aq)`, where).stdout)).toBe('Exited (3) Less than a second ago "/bin/sh -c \'echo half > /half; exit 3\'"\nA /half\n');
	expect(host.sh('docker rm $(docker ps -aq); docker ps -aq', where).stdout).toMatch(/^[\da-f]{12}\n$/v);
	host.sh(`${classic} --force-rm .`, where);
	expect(host.sh('docker ps -aq', where).stdout).toBe('');
});

test('--rm=false keeps the containers of all steps', () => {
	const host = prepared(String.raw`FROM busybox\nENV A=b\nRUN echo > /x\n`);
	const built = plain(host.sh(`${classic} --rm=false -t t .`, where).stdout);
	expect(built).toContain('Step 2/3 : ENV A=b\n ---> Running in ID\n ---> ID\nStep 3/3 : RUN echo > /x\n ---> Running in ID\n ---> ID\n');
	expect(host.sh(`docker ps -a --format '{{.Status}}' | cut -d ' ' -f 1,2`, where).stdout).toBe('Exited (0)\nCreated\n');
	expect(host.sh('docker run --rm t ls /x', where).stdout).toBe('/x\n');
});

test('limits and names of hosts hold for the commands of a build', () => {
	const host = prepared(String.raw`FROM busybox\nRUN cat /sys/fs/cgroup/memory.max /sys/fs/cgroup/cpu.max; grep db /etc/hosts\n`);
	expect(host.sh(`${classic} -m 64m --cpu-quota 50000 --add-host db:10.1.2.3 . | grep -A 3 Running`, where).stdout.split('\n').slice(1, 4)).toEqual(['67108864', '50000 100000', '10.1.2.3\tdb']);
	expect(host.sh('docker build --add-host db=10.1.2.4 --progress plain . 2>&1 | grep 10.1.2', where).stdout).toMatch(/10\.1\.2\.4\tdb\n$/v);
	expect(host.sh(`${classic.replace(' 2> /dev/null', '')} -m 1m . 2>&1 | tail -1`, where).stdout).toBe('Error response from daemon: Minimum memory limit allowed is 6MB\n');
});

test('a Dockerfile from standard input, for a directory and alone', () => {
	const host = prepared('');
	expect(host.sh(`printf 'FROM scratch\\nCOPY . /\\n' | docker build -q -f - -o out . ; ls -A out`, where)).toMatchObject({status: 0, stdout: 'Dockerfile\nf\n', stderr: ''});
	expect(host.sh(`printf 'FROM busybox\\nRUN echo alone\\n' | docker build -t alone - 2>&1 | grep -c 'T\\|alone'`, where).status).toBe(0);
	expect(plain(host.sh(`printf 'FROM nosuch\\n' | docker build -f - . 2>&1 | head -4`, where).stdout)).toBe('#0 building with "default" instance using docker driver\n\n#1 [internal] load build definition from Dockerfile\n#1 transferring dockerfile: SIZE done\n');
	expect(host.sh('docker build -f - - < f', where).stderr).toBe('ERROR: failed to build: invalid argument: can\'t use stdin for both build context and dockerfile\n');
});

test('ADD and contexts come by HTTP from a server inside the world', () => {
	const host = prepared('');
	host.sh(`docker run -d --name web -p 8080:80 nginx; sleep 1; printf 'FROM busybox\\nCOPY f /\\nRUN cat /f\\n' > Dockerfile; tar cf ctx.tar Dockerfile f; docker cp ctx.tar web:/usr/share/nginx/html/; docker cp Dockerfile web:/usr/share/nginx/html/; docker cp f web:/usr/share/nginx/html/`, where);
	expect(host.sh(`printf 'FROM busybox\\nADD http://localhost:8080/f /got/\\nRUN cat /got/f; ls -l /got/f | cut -c 1-10\\n' | docker build --progress=plain - 2>&1 | grep -v '^$\\|^#[123] '`, where).stdout.replaceAll(/ \d+\.\d+s?(?= |$)/gmv, ' T').replaceAll(/sha256:[\da-f]{64}/gv, 'ID')).toBe(
		'#0 building with "default" instance using docker driver\n#4 [1/3] FROM docker.io/library/busybox:latest\n#4 DONE T\n#5 http://localhost:8080/f\n#5 DONE T\n#6 [2/3] ADD http://localhost:8080/f /got/\n#6 DONE T\n#7 [3/3] RUN cat /got/f; ls -l /got/f | cut -c 1-10\n#7 T one\n#7 T -rw-------\n#7 DONE T\n#8 exporting to image\n#8 exporting layers done\n#8 writing image ID done\n#8 DONE T\n',
	);
	expect(host.sh('docker build http://localhost:8080/ctx.tar 2>&1 | grep " one$"', where).stdout).toMatch(/^#\d+ \d\.\d{3} one\n$/v);
	expect(host.sh(`printf 'FROM scratch\\nADD http://localhost:8080/nosuch /\\n' | docker build - 2>&1 | tail -1`, where).stdout).toBe('ERROR: failed to build: failed to solve: failed to load cache key: invalid response status 404\n');
	expect(host.sh('docker build https://github.com/a/b.git', where).stderr).toBe('ERROR: failed to build: virtlab: docker build from a git repository is not modelled\n');
});

test('--output gives the files of the result to a directory, to an archive, or to the next command', () => {
	const host = prepared(String.raw`FROM busybox AS made\nRUN mkdir /d \&\& echo made > /d/f \&\& chmod 750 /d/f \&\& ln -s f /d/l\nFROM scratch\nCOPY --from=made /d /\n`.replaceAll(String.raw`\&`, '&'));
	expect(host.sh('docker build -q -o type=local,dest=out/deep . && ls -l out/deep | cut -c 1-10,42-; cat out/deep/l', where).stdout).toBe('total 4\n-rwxr-x---\nlrwxrwxrwx> f\nmade\n');
	expect(host.sh('docker build -q -o - . | tar tf -; docker build -q -o type=tar,dest=x.tar . && tar tf x.tar; docker images -q | wc -l', where).stdout).toBe('f\nl\nf\nl\n1\n');
	expect(host.sh('docker build -o type=local . ; docker build -o type=oci,dest=x .; docker build -o dest=x .', where).stderr).toBe('ERROR: failed to build: dest is required for local output\nvirtlab: docker build --output type=oci,dest=x is not modelled\nERROR: failed to build: type is required for output\n');
});

test('--check tells what should be written otherwise, and builds nothing', () => {
	const host = prepared(String.raw`FROM busybox\nCMD echo hi\n`);
	expect(host.sh('docker build --check . 2> /dev/null', where)).toMatchObject({
		status: 1,
		stdout: 'Check complete, 1 warning has been found!\n\nWARNING: JSONArgsRecommended - https://docs.docker.com/go/dockerfile/rule/json-args-recommended/\nJSON arguments recommended for CMD to prevent unintended behavior related to OS signals\nDockerfile:2\n--------------------\n   1 |     FROM busybox\n   2 | >>> CMD echo hi\n   3 |     \n--------------------\n',
	});
	expect(host.sh(`printf 'FROM busybox\\n' | docker build --check - 2> /dev/null; docker images -q | wc -l`, where)).toMatchObject({status: 0, stdout: 'Check complete, no warnings found.\n1\n'});
});

test('--no-cache-filter does the steps of one stage again', () => {
	const host = prepared(String.raw`FROM busybox AS a\nRUN echo a > /a\nFROM busybox AS b\nRUN echo b > /b\nCOPY --from=a /a /\n`);
	host.sh('docker build -q .', where);
	expect(host.sh('docker build --no-cache-filter b --progress plain . 2>&1 | grep -A 1 RUN', where).stdout.replaceAll(/^#\d+ |--\n/gmv, '')).toMatch(/^\[a 2\/2\] RUN echo a > \/a\nCACHED\n\[b 2\/3\] RUN echo b > \/b\nDONE \d\.\ds\n$/v);
});

test('what is not modelled is refused openly', () => {
	const host = prepared(String.raw`FROM busybox\n`);
	expect(host.sh('docker build --secret id=x . ; docker build --ssh default .; docker build --progress=rawjson .; docker build --platform linux/arm64 .; docker build --platform linux/arm64,linux/amd64 .', where).stderr).toBe(
		'virtlab: docker build --secret is not modelled\nvirtlab: docker build --ssh is not modelled\nvirtlab: docker build --progress=rawjson is not modelled\nERROR: failed to build: Error response from daemon: virtlab does not model builds for linux/arm64\nERROR: failed to build: Multi-platform build is not supported for the docker driver.\nSwitch to a different driver, or turn on the containerd image store, and try again.\nLearn more at https://docs.docker.com/go/build-multi-platform/\n',
	);
	expect(host.sh('docker build --progress=tty .; docker build --progress=nosuch .', where).stderr).toBe('ERROR: failed to build: failed to get console: provided file is not a console\nERROR: failed to build: invalid progress mode nosuch\n');
});

test('docker builder du and system df tell what the cache holds, until it is pruned', () => {
	const host = prepared(String.raw`FROM busybox\nCOPY f /\nRUN echo twelve bytes > /x\n`);
	host.sh('docker build -q .', where);
	const records = host.sh('docker builder du', where).stdout.replaceAll(/^[a-z\d]{25}/gmv, 'ID'.padEnd(25));
	expect(records).toBe(`ID                           RECLAIMABLE   SIZE      LAST ACCESSED
ID                       *   true          49B       Less than a second ago
ID                           true          0B        Less than a second ago
ID                       *   true          53B       Less than a second ago
ID                           true          4B*       Less than a second ago
ID                           true          13B*      Less than a second ago
Shared:\t\t17B\nPrivate:\t102B\nReclaimable:\t119B\nTotal:\t\t119B\n`);
	expect(host.sh('docker system df | tail -1', where).stdout).toBe('Build Cache     5         0         102B      102B\n');
	host.sh('docker builder prune -f', where);
	expect(host.sh('docker builder du | tail -2; docker system df | tail -1', where).stdout).toBe('Reclaimable:\t0B\nTotal:\t\t0B\nBuild Cache     0         0         0B        0B\n');
});

test('the one builder is the daemon\'s own', () => {
	const host = prepared('');
	expect(host.sh('docker buildx ls', where).stdout).toBe('NAME/NODE     DRIVER/ENDPOINT   STATUS    BUILDKIT   PLATFORMS\ndefault*      docker                                 \n \\_ default    \\_ default       running   v0.25.2    linux/amd64 (+2)\n');
	expect(host.sh('docker buildx inspect | head -2; docker buildx version', where).stdout).toBe('Name:   default\nDriver: docker\ngithub.com/docker/buildx v0.29.1\n');
	expect(host.sh('docker buildx inspect other; docker buildx create', where).stderr).toContain('ERROR: no builder "other" found\n');
});

test('no more than 125 layers lie on each other', () => {
	const host = prepared(String.raw`FROM scratch\n${'COPY f /\\n'.repeat(126)}`);
	expect(host.sh('docker build -t deep . 2>&1 | tail -1', where).stdout).toBe('ERROR: failed to build: failed to solve: max depth exceeded\n');
	expect(host.sh('head -126 Dockerfile > Other; docker build -q -f Other -t deep . > /dev/null; docker inspect -f "{{len .RootFS.Layers}}" deep', where).stdout).toBe('125\n');
});
