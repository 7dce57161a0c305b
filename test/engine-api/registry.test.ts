// Start: one booted host, mostly with busybox and a registry of one's own at port 5000.

import {expect, test} from 'vitest';
import {TestHost} from '../support/test-host.js';

const env = {HOME: '/root'};

function prepared(options = ''): TestHost {
	const host = new TestHost();
	host.sh(`docker pull -q busybox; docker run -d --name registry -p 5000:5000 ${options} registry:2; sleep 1`, {env});
	return host;
}

const sh = (host: TestHost, script: string) => {
	const {stdout, stderr} = host.sh(script, {env});
	return (stdout + stderr).replaceAll(/sha256:[\da-f]{64}/gv, 'DIGEST').replaceAll(/\b[\da-f]{64}\b/gv, 'ID').replaceAll(/\b[\da-f]{12}(?=: )/gv, 'LAYER');
};

/** Status and body of a request. */
const ask = (host: TestHost, words: string) => host.sh(`curl -s -w '%{http_code}\\n' ${words}`, {env}).stdout;

test('its interface answers as the specification says, in its words', () => {
	const host = prepared();
	host.sh('for name in a b c d; do docker tag busybox localhost:5000/$name/app:1; docker push -q localhost:5000/$name/app:1; done; docker tag busybox localhost:5000/a/app:2; docker push -q localhost:5000/a/app:2', {env});
	expect(ask(host, 'localhost:5000/v2/')).toBe('{}200\n');
	expect(ask(host, 'localhost:5000/v2/a/app/tags/list')).toBe('{"name":"a/app","tags":["1","2"]}\n200\n');
	expect(ask(host, 'localhost:5000/v2/nosuch/tags/list')).toBe('{"errors":[{"code":"NAME_UNKNOWN","message":"repository name not known to registry","detail":{"name":"nosuch"}}]}\n404\n');
	expect(ask(host, 'localhost:5000/v2/a/app/manifests/none')).toBe('{"errors":[{"code":"MANIFEST_UNKNOWN","message":"manifest unknown","detail":{"Tag":"none"}}]}\n404\n');
	expect(ask(host, '"localhost:5000/v2/_catalog?n=2"')).toBe('{"repositories":["a/app","b/app"]}\n200\n');
	expect(host.sh('curl -sI -X GET "localhost:5000/v2/_catalog?n=2" | grep -i ^link', {env}).stdout.trim()).toBe('Link: </v2/_catalog?last=b%2Fapp&n=2>; rel="next"');
	expect(ask(host, '"localhost:5000/v2/_catalog?last=b/app&n=2"')).toBe('{"repositories":["c/app","d/app"]}\n200\n');
	expect(ask(host, '"localhost:5000/v2/_catalog?n=5000"')).toBe('{"errors":[{"code":"PAGINATION_NUMBER_INVALID","message":"invalid number of results requested","detail":{"n":5000}}]}\n400\n');
	expect(ask(host, '-X DELETE localhost:5000/v2/a/app/manifests/1')).toBe('{"errors":[{"code":"UNSUPPORTED","message":"The operation is unsupported."}]}\n405\n');
	expect(ask(host, 'localhost:5000/v2/../../etc/tags/list')).toBe('404 page not found\n404\n');
	expect(ask(host, '-X PUT -d "{}" localhost:5000/v2/a/app/manifests/..')).toBe('404 page not found\n404\n');
});

test('a blob is taken in one piece, in several, or from another repository, and only if it is what its digest says', () => {
	const host = prepared();
	const digest = 'sha256:$(printf "one two" | sha256sum | cut -d " " -f 1)';
	const begin = 'L=$(curl -si -X POST localhost:5000/v2/x/blobs/uploads/ | grep -i ^location | tr -d "\\r" | cut -d " " -f 2)';
	expect(sh(host, `${begin}; echo $L | sed 's/uploads.*//'; curl -si -X PUT -d 'one two' "$L&digest=${digest}" | grep -i '^HTTP\\|^location' | tr -d '\\r'`)).toBe('http://localhost:5000/v2/x/blobs/\nHTTP/1.1 201 Created\nLocation: http://localhost:5000/v2/x/blobs/DIGEST\n');
	const next = (data: string) => `L=$(curl -si -X PATCH -d '${data}' "$L" | tee /tmp/answer | grep -i ^location | tr -d "\\r" | cut -d " " -f 2); grep -i ^range /tmp/answer | tr -d "\\r"`;
	expect(sh(host, `${begin}; ${next('one ')}; ${next('two')}; curl -s -o /dev/null -w '%{http_code}\\n' -X PUT "$L&digest=${digest}"`)).toBe('Range: 0-3\nRange: 0-6\n201\n');
	expect(sh(host, `curl -s localhost:5000/v2/x/blobs/${digest}; echo; curl -s -H 'Range: bytes=4-' -w ' %{http_code}\\n' localhost:5000/v2/x/blobs/${digest}`)).toBe('one two\ntwo 206\n');
	expect(sh(host, `curl -s -o /dev/null -w '%{http_code}\\n' -X POST "localhost:5000/v2/y/blobs/uploads/?mount=${digest}&from=x"; curl -s -o /dev/null -w '%{http_code}\\n' localhost:5000/v2/y/blobs/${digest}`)).toBe('201\n200\n');
	expect(sh(host, `${begin}; curl -s -X PUT -d 'other' "$L&digest=${digest}"; curl -s -X PATCH -d x "$(echo $L | sed 's/_state=./_state=_/')"`)).toBe('{"errors":[{"code":"DIGEST_INVALID","message":"provided digest did not match uploaded content","detail":{}}]}\n{"errors":[{"code":"BLOB_UPLOAD_UNKNOWN","message":"blob upload unknown to registry"}]}\n');
	expect(sh(host, `${begin}; curl -s -X PATCH -d x "$(echo $L | sed 's/_state=..../_state=ABCD/')"; curl -s -o /dev/null -w '%{http_code}\\n' -X DELETE "$L"`)).toBe('{"errors":[{"code":"BLOB_UPLOAD_INVALID","message":"blob upload invalid"}]}\n204\n');
	expect(sh(host, `curl -s -X PUT -H 'Content-Type: application/vnd.docker.distribution.manifest.v2+json' -d '{"schemaVersion":2,"config":{"digest":"sha256:${'0'.repeat(64)}"},"layers":[]}' localhost:5000/v2/x/manifests/1`)).toBe('{"errors":[{"code":"MANIFEST_BLOB_UNKNOWN","message":"blob unknown to registry","detail":{"digest":"DIGEST"}}]}\n');
});

test('deleting is for registries that are told to allow it', () => {
	const host = prepared('-e REGISTRY_STORAGE_DELETE_ENABLED=true');
	host.sh('docker tag busybox localhost:5000/app:1; docker push -q localhost:5000/app:1', {env});
	const digest = host.sh('curl -sI localhost:5000/v2/app/manifests/1 | grep -i ^docker-content-digest | tr -d "\\r" | cut -d " " -f 2', {env}).stdout.trim();
	expect(digest).toMatch(/^sha256:[\da-f]{64}$/v);
	expect(ask(host, `-X DELETE localhost:5000/v2/app/manifests/${digest}`)).toBe('202\n');
	expect(ask(host, 'localhost:5000/v2/app/tags/list')).toBe('{"name":"app","tags":null}\n200\n');
	expect(sh(host, 'docker pull localhost:5000/app:1')).toBe('Error response from daemon: manifest for localhost:5000/app:1 not found: manifest unknown: manifest unknown\n');
});

test('a registry with passwords lets in whoever logs in', () => {
	const host = new TestHost();
	host.sh('docker pull -q busybox; mkdir /auth; docker run --rm --entrypoint htpasswd httpd:2 -Bbn ann secret > /auth/htpasswd', {env});
	expect(host.sh('cat /auth/htpasswd').stdout).toMatch(/^ann:\$2y\$05\$[.\/A-Za-z\d]{53}\n\n$/v);
	host.sh('docker run -d --name registry -p 5000:5000 -v /auth:/auth -e REGISTRY_AUTH=htpasswd -e REGISTRY_AUTH_HTPASSWD_REALM="Registry Realm" -e REGISTRY_AUTH_HTPASSWD_PATH=/auth/htpasswd registry:2; sleep 1; docker tag busybox localhost:5000/app', {env});
	expect(sh(host, 'curl -si localhost:5000/v2/_catalog | tr -d "\\r" | grep -i "^HTTP\\|^www\\|errors"')).toBe('HTTP/1.1 401 Unauthorized\nWww-Authenticate: Basic realm="Registry Realm"\n{"errors":[{"code":"UNAUTHORIZED","message":"authentication required","detail":[{"Type":"registry","Class":"","Name":"catalog","Action":"*"}]}]}\n');
	expect(ask(host, '-u ann:secret localhost:5000/v2/')).toBe('{}200\n');
	expect(sh(host, 'docker push localhost:5000/app | tail -1; docker pull localhost:5000/app')).toBe('LAYER: Preparing\nUsing default tag: latest\nno basic auth credentials\nError response from daemon: Head "http://localhost:5000/v2/app/manifests/latest": no basic auth credentials\n');
	expect(sh(host, 'docker login -u ann -p wrong localhost:5000')).toBe('WARNING! Using --password via the CLI is insecure. Use --password-stdin.\nError response from daemon: login attempt to http://localhost:5000/v2/ failed with status: 401 Unauthorized\n');
	expect(host.sh('echo secret | docker login -u ann --password-stdin localhost:5000', {env})).toMatchObject({
		status: 0, stdout: 'Login Succeeded\n',
		stderr: '\nWARNING! Your credentials are stored unencrypted in \'/root/.docker/config.json\'.\nConfigure a credential helper to remove this warning. See\nhttps://docs.docker.com/go/credential-store/\n\n',
	});
	expect(host.sh('cat /root/.docker/config.json; stat -c " %a" /root/.docker/config.json').stdout).toBe('{\n\t"auths": {\n\t\t"localhost:5000": {\n\t\t\t"auth": "YW5uOnNlY3JldA=="\n\t\t}\n\t}\n} 600\n');
	expect(sh(host, 'docker push -q localhost:5000/app; docker rmi -f busybox localhost:5000/app > /dev/null; docker run --rm localhost:5000/app echo mine 2> /dev/null')).toBe('localhost:5000/app:latest\nmine\n');
	expect(sh(host, 'docker login localhost:5000')).toBe('Login Succeeded\nAuthenticating with existing credentials... [Username: ann]\n\n Info -> To login with a different account, run \'docker logout\' followed by \'docker login\'\n\n\n');
	expect(sh(host, 'docker logout localhost:5000; cat /root/.docker/config.json; docker pull localhost:5000/app')).toBe('Removing login credentials for localhost:5000\n{\n\t"auths": {}\n}Using default tag: latest\nError response from daemon: Head "http://localhost:5000/v2/app/manifests/latest": no basic auth credentials\n');
});

test('who logs in where nobody is, or at Docker Hub, is refused', () => {
	const host = new TestHost();
	expect(sh(host, 'echo x | docker login -u ann --password-stdin localhost:5999')).toBe('Error response from daemon: Get "http://localhost:5999/v2/": dial tcp 127.0.0.1:5999: connect: connection refused\n');
	expect(sh(host, 'echo x | docker login -u ann --password-stdin')).toBe('Error response from daemon: Get "https://registry-1.docker.io/v2/": unauthorized: incorrect username or password\n');
	expect(sh(host, 'docker login')).toBe('Error: Cannot perform an interactive login from a non TTY device\n');
	expect(sh(host, 'docker login --password-stdin < /dev/null; docker login -u a -p b --password-stdin')).toBe('the --password-stdin option requires --username to be set\nconflicting options: cannot specify both --password and --password-stdin\n');
});

test('a registry that is not at the loopback address needs TLS, unless the daemon is told otherwise', () => {
	const host = prepared();
	host.sh('docker tag busybox 172.17.0.1:5000/app', {env});
	expect(sh(host, 'docker push 172.17.0.1:5000/app > /dev/null')).toBe('Get "https://172.17.0.1:5000/v2/": http: server gave HTTP response to HTTPS client\n');
	host.sh(`echo '{"insecure-registries": ["172.17.0.1:5000"]}' > /etc/docker/daemon.json; kill -HUP $(cat /var/run/docker.pid); sleep 1`);
	expect(sh(host, 'docker push -q 172.17.0.1:5000/app')).toBe('172.17.0.1:5000/app:latest\n');
	expect(sh(host, 'docker info 2> /dev/null | grep -A 3 Insecure')).toBe(' Insecure Registries:\n  172.17.0.1:5000\n  ::1/128\n  127.0.0.0/8\n');
});

test('what was changed on its way is not taken', () => {
	const host = prepared('-v data:/var/lib/registry');
	host.sh('docker tag busybox localhost:5000/app:1; docker push -q localhost:5000/app:1; docker rmi -f busybox localhost:5000/app:1', {env});
	const digest = host.sh('curl -sI localhost:5000/v2/app/manifests/1 | grep -i ^docker-content-digest | tr -d "\\r" | cut -d " " -f 2', {env}).stdout.trim();
	const path = `/var/lib/docker/volumes/data/_data/docker/registry/v2/blobs/sha256/${digest.slice(7, 9)}/${digest.slice(7)}/data`;
	host.sh(`cp ${path} /root/manifest; sed -i 's/"schemaVersion": 2/"schemaVersion":  2/' ${path}`);
	expect(host.sh(`docker pull localhost:5000/app@${digest} | tail -1`, {env}).stderr).toBe(`Error response from daemon: manifest verification failed for digest ${digest}\n`);
	const layer = /"digest": "(?<layer>sha256:[\da-f]{64})"\n {6}\}/v.exec(host.sh('cat /root/manifest').stdout)!.groups!['layer']!;
	host.sh(`cp /root/manifest ${path}; echo x >> /var/lib/docker/volumes/data/_data/docker/registry/v2/blobs/sha256/${layer.slice(7, 9)}/${layer.slice(7)}/data`);
	expect(host.sh('docker pull localhost:5000/app:1', {env})).toMatchObject({status: 1, stderr: `filesystem layer verification failed for digest ${layer}\n`});
	expect(host.sh('docker images -q | wc -l', {env}).stdout).toBe('1\n');
});

test('docker search looks through the built-in Docker Hub', () => {
	const host = new TestHost();
	expect(sh(host, 'docker search --limit 2 official')).toBe('NAME      DESCRIPTION                                 STARS     OFFICIAL\nnginx     Official build of Nginx.                    20300     [OK]\ncentos    DEPRECATED; The official build of CentOS.   7750      [OK]\n');
	expect(sh(host, `docker search --filter stars=10000 --format '{{.Name}} {{.StarCount}}' a`)).toBe('nginx 20300\nubuntu 17300\nmysql 15500\nnode 13600\nredis 13000\nalpine 11000\n');
	expect(sh(host, 'docker search --no-trunc --format "{{.Description}}" busybox; docker search --format json hello-world; docker search nosuch')).toBe('Busybox base image.\n{"Description":"Hello World! (an example of minimal Dockeriz…","IsOfficial":"true","Name":"hello-world","StarCount":"2330"}\nNAME      DESCRIPTION   STARS     OFFICIAL\n');
	expect(sh(host, 'docker search --limit 1000 x; docker search --filter foo=1 x; docker search --format "{{.IsAutomated}}" busybox')).toBe(`Error response from daemon: limit 1000 is outside the range of [1, 100]\nError response from daemon: invalid filter 'foo'\ntemplate parsing error: template: :1:2: executing "" at <.IsAutomated>: can't evaluate field IsAutomated in type *registry.searchContext\n`);
});
