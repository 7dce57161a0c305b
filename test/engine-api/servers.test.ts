import {expect, test} from 'vitest';
import {TestHost} from '../support/test-host.js';

function sh(host: TestHost, script: string): string {
	const {stdout, stderr} = host.sh(script);
	return (stdout + stderr).replace(/[\da-f]{64}/gv, 'ID');
}

test('redis keeps what it was told, over a restart too', () => {
	const host = new TestHost();
	expect(sh(host, 'docker run -d --name db -p 6379:6379 redis; sleep 1; docker logs db | tail -1')).toMatch(/Ready to accept connections tcp/v);
	expect(sh(host, 'docker exec db redis-cli ping; docker exec db redis-cli set greeting "hello world"; docker exec db redis-cli get greeting; docker exec db redis-cli incr n; docker exec db redis-cli incr n; docker exec db redis-cli keys "*"')).toBe('PONG\nOK\nhello world\n1\n2\ngreeting\nn\n');
	expect(sh(host, 'docker exec db redis-cli get nosuch; docker exec db redis-cli ttl n; docker exec db redis-cli nosuch a b; echo $?')).toBe("\n-1\nERR unknown command 'nosuch', with args beginning with: 'a' 'b' \n1\n");
	expect(sh(host, 'docker restart db; sleep 1; docker exec db redis-cli get greeting')).toBe('db\nhello world\n');
	expect(sh(host, 'docker exec db ls /data; docker stop db; docker logs db | tail -1')).toMatch(/^dump\.rdb\ndb\n.*bye bye\.\.\.\n$/v);
});

test('two containers of one network meet by name', () => {
	const host = new TestHost();
	host.sh('docker network create app; docker run -d --name db --network app redis; sleep 1');
	expect(sh(host, 'docker run --rm --network app redis redis-cli -h db ping 2>/dev/null')).toBe('PONG\n');
	expect(sh(host, 'docker run --rm redis redis-cli -h db ping')).toBe('Could not connect to Redis at db:6379: Temporary failure in name resolution\n');
});

test('httpd and the registry answer on their ports', () => {
	const host = new TestHost();
	host.sh('docker run -d -p 8080:80 --name web httpd; docker run -d -p 5000:5000 --name reg registry:2; sleep 1');
	expect(sh(host, 'curl -s 127.0.0.1:8080; curl -s -o /dev/null -w "%{http_code}\\n" 127.0.0.1:8080/nope; curl -s 127.0.0.1:5000/v2/')).toBe('<html><body><h1>It works!</h1></body></html>\n404\n{}');
	expect(sh(host, 'docker stop web reg')).toBe('web\nreg\n');
});

test('hello-world says hello', () => {
	const host = new TestHost();
	expect(sh(host, 'docker run hello-world')).toContain('Hello from Docker!\nThis message shows that your installation appears to be working correctly.');
	expect(sh(host, "docker ps -a --format '{{.Image}} {{.Status}}'")).toBe('hello-world Exited (0) Less than a second ago\n');
});

test('what is not modelled says so', () => {
	const host = new TestHost();
	expect(sh(host, 'docker run --rm node node --version 2>&1 | tail -1')).toContain('is not modelled');
	expect(sh(host, 'docker run --rm python python3 --version 2>&1 | tail -1')).toContain('is not modelled');
});

test('nginx is steered by its configuration, its options and its signals', () => {
	const host = new TestHost();
	host.sh('docker run -d -p 8080:80 --name web nginx; sleep 1');
	expect(sh(host, 'docker exec web nginx -v; docker exec web nginx -t')).toBe('nginx version: nginx/1.27.3\nnginx: the configuration file /etc/nginx/nginx.conf syntax is ok\nnginx: configuration file /etc/nginx/nginx.conf test is successful\n');
	host.sh(`printf 'server {\\n listen 80;\\n location / { root /srv; try_files $uri /fallback.html; }\\n location = /gone { return 410 "gone\\n"; }\\n}\\n' > /tmp/default.conf; docker cp /tmp/default.conf web:/etc/nginx/conf.d/default.conf; docker exec web sh -c 'mkdir -p /srv; echo one > /srv/a.txt; echo fallback > /srv/fallback.html'; docker exec web nginx -s reload; sleep 1`);
	expect(sh(host, 'curl -s 127.0.0.1:8080/a.txt; curl -s 127.0.0.1:8080/nope; curl -s -w "%{http_code}\\n" 127.0.0.1:8080/gone')).toBe('one\nfallback\ngone\n410\n');
	expect(sh(host, `docker exec web sh -c 'echo "server { nosuch 1; }" > /etc/nginx/conf.d/default.conf'; docker exec web nginx -t; echo $?`)).toBe('1\nnginx: [emerg] unknown directive "nosuch" in /etc/nginx/conf.d/default.conf:1\nnginx: configuration file /etc/nginx/nginx.conf test failed\n');
	expect(sh(host, `docker exec web sh -c 'echo "server { location / { proxy_pass http://x; } }" > /etc/nginx/conf.d/default.conf'; docker exec web nginx -t 2>&1 | head -1`)).toContain('virtlab does not model the directive "proxy_pass"');
});
