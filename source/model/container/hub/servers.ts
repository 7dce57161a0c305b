// httpd, redis, mysql and registry. Source: Docker Hub, `docker history` of httpd:2.4.62, redis:7.4.1, mysql:8.4.3 and 9.1.0, registry:2.8.3
// of November 2024; start-up scripts of github.com/docker-library.
//
// Simplified: long RUN texts are shortened to their beginning, and of mysql's start-up script only what decides whether the server
// starts is kept.

import {accountFiles} from './account-files.js';
import {alpine318, alpine320} from './base-busybox.js';
import {debianBookwormSlim} from './base-debian.js';
import {oracleLinux9Slim} from './base-red-hat.js';
import {buildkit, defaultPath, directory, type ImageRecipe, megabytes, program, symlink, text} from './recipe.js';

const comment = 'buildkit.dockerfile.v0';

const httpdConf = `ServerRoot "/usr/local/apache2"

Listen 80

LoadModule mpm_event_module modules/mod_mpm_event.so
LoadModule authz_core_module modules/mod_authz_core.so
LoadModule mime_module modules/mod_mime.so
LoadModule log_config_module modules/mod_log_config.so
LoadModule unixd_module modules/mod_unixd.so
LoadModule dir_module modules/mod_dir.so

<IfModule unixd_module>
User www-data
Group www-data
</IfModule>

ServerAdmin you@example.com

<Directory />
    AllowOverride none
    Require all denied
</Directory>

DocumentRoot "/usr/local/apache2/htdocs"
<Directory "/usr/local/apache2/htdocs">
    Options Indexes FollowSymLinks
    AllowOverride None
    Require all granted
</Directory>

<IfModule dir_module>
    DirectoryIndex index.html
</IfModule>

ErrorLog /proc/self/fd/2
LogLevel warn

<IfModule log_config_module>
    LogFormat "%h %l %u %t \\"%r\\" %>s %b" common
    CustomLog /proc/self/fd/1 common
</IfModule>

<IfModule mime_module>
    TypesConfig conf/mime.types
</IfModule>
`;

const httpdPath = 'PATH=/usr/local/apache2/bin:/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin';
const httpdForeground = '#!/bin/sh\nset -e\n\n# Apache gets grumpy about PID files pre-existing\nrm -f /usr/local/apache2/logs/httpd.pid\n\nexec httpd -DFOREGROUND "$@"\n';

function httpd(tags: readonly string[], isAlpine: boolean): ImageRecipe {
	const flavour = isAlpine ? 'busybox' : 'gnu';
	const env = [httpdPath, 'HTTPD_PREFIX=/usr/local/apache2', 'HTTPD_VERSION=2.4.62', 'HTTPD_SHA256=674188e7bf44ced82da8db522da946849e22080d73d16c93f7f4df89e25729ec', 'HTTPD_PATCHES='];
	return {
		repository: 'library/httpd', tags, created: '2024-11-12T01:25:40Z', base: isAlpine ? alpine320 : debianBookwormSlim,
		config: {Env: env, Cmd: ['httpd-foreground'], WorkingDir: '/usr/local/apache2', ExposedPorts: {'80/tcp': {}}, StopSignal: 'SIGWINCH'},
		steps: [
			buildkit(`ENV ${env[1]!}`), buildkit(`ENV ${httpdPath}`),
			{createdBy: 'RUN /bin/sh -c mkdir -p "$HTTPD_PREFIX"  && chown www-data:www-data "$HTTPD_PREFIX" # buildkit', comment, transferSizeBytes: 145, files: () => [directory('/usr/local/apache2', {uid: 33, gid: 33})]},
			buildkit('WORKDIR /usr/local/apache2'),
			...env.slice(2).map(line => buildkit(`ENV ${line}`)),
			{
				createdBy: 'RUN /bin/sh -c set -eux;  savedAptMark="$(apt-mark showmanual)";  apt-get update;  apt-get install -y --no-install-recommends   bzip2   dirmngr   dpkg-dev   gcc   gnupg   libapr1-dev # buildkit',
				comment, transferSizeBytes: megabytes(isAlpine ? 16.2 : 28.6), sizeBytes: megabytes(isAlpine ? 52.1 : 73.2),
				files: () => [
					directory('/usr/local/apache2', {uid: 33, gid: 33}), directory('/usr/local/apache2/logs'), directory('/usr/local/apache2/cgi-bin'), directory('/usr/local/apache2/modules'),
					text('/usr/local/apache2/conf/httpd.conf', httpdConf), text('/usr/local/apache2/conf/mime.types', 'text/html\t\t\t\t\thtml htm\ntext/plain\t\t\t\t\ttxt text conf def list log in\ntext/css\t\t\t\t\tcss\nimage/png\t\t\t\t\tpng\nimage/jpeg\t\t\t\t\tjpeg jpg jpe\n'),
					text('/usr/local/apache2/htdocs/index.html', '<html><body><h1>It works!</h1></body></html>\n', {uid: 501, gid: 50}),
					program('/usr/local/apache2/bin/httpd', 'httpd', {flavour, sizeBytes: 2_471_000}), program('/usr/local/apache2/bin/htpasswd', 'htpasswd', {flavour, sizeBytes: 78_000}),
				],
				rest: ['/usr/local/apache2/manual/manual.tar', '/usr/local/apache2/modules/mod_http2.so', '/usr/lib/libapr-1.so.0.7.2', '/usr/lib/libldap-2.5.so.0.1.13', '/usr/local/apache2/bin/ab'],
			},
			{createdBy: 'COPY httpd-foreground /usr/local/bin/ # buildkit', comment, transferSizeBytes: 290, files: () => [text('/usr/local/bin/httpd-foreground', httpdForeground, {mode: 0o755})]},
			buildkit('STOPSIGNAL SIGWINCH'), buildkit('EXPOSE map[80/tcp:{}]'), buildkit('CMD ["httpd-foreground"]'),
		],
	};
}

const redisEntrypoint = `#!/bin/sh
set -e

# first arg is \`-f\` or \`--some-option\`
# or first arg is \`something.conf\`
if [ "\${1#-}" != "$1" ] || [ "\${1%.conf}" != "$1" ]; then
	set -- redis-server "$@"
fi

# set an appropriate umask (if one isn't set already)
# - https://github.com/docker-library/redis/issues/305
# - https://github.com/redis/redis/blob/bb875603fb7ff3f9d19aad906bd45d7db98d9a39/utils/systemd-redis_server.service#L37
um="$(umask)"
if [ "$um" = '0022' ]; then
	umask 0077
fi

exec "$@"
`;

function redis(tags: readonly string[], isAlpine: boolean): ImageRecipe {
	const flavour = isAlpine ? 'busybox' : 'gnu';
	const user = isAlpine ? {users: 'redis:x:999:1000::/home/redis:/sbin/nologin\n', groups: 'redis:x:1000:redis\n'} : {users: 'redis:x:999:999::/home/redis:/bin/sh\n', groups: 'redis:x:999:\n'};
	const env = [defaultPath, ...isAlpine ? [] : ['GOSU_VERSION=1.17'], 'REDIS_VERSION=7.4.1', 'REDIS_DOWNLOAD_URL=http://download.redis.io/releases/redis-7.4.1.tar.gz', 'REDIS_DOWNLOAD_SHA=bc34b878eb89421bbfca6fa78752343bf37af312a09eb0fae47c9575977dfaa2'];
	return {
		repository: 'library/redis', tags, created: '2024-10-02T21:18:37Z', base: isAlpine ? alpine320 : debianBookwormSlim,
		config: {Env: env, Cmd: ['redis-server'], Entrypoint: ['docker-entrypoint.sh'], WorkingDir: '/data', Volumes: {'/data': {}}, ExposedPorts: {'6379/tcp': {}}},
		steps: [
			{
				createdBy: isAlpine ? 'RUN /bin/sh -c set -eux;  addgroup -S -g 1000 redis;  adduser -S -G redis -u 999 redis # buildkit' : 'RUN /bin/sh -c set -eux;  groupadd -r -g 999 redis;  useradd -r -g redis -u 999 redis # buildkit',
				comment, transferSizeBytes: 1100, files: () => accountFiles(isAlpine ? 'alpine' : 'debian', user),
			},
			...env.slice(1).map(line => buildkit(`ENV ${line}`)),
			{
				createdBy: 'RUN /bin/sh -c set -eux;   savedAptMark="$(apt-mark showmanual)";  apt-get update;  apt-get install -y --no-install-recommends   ca-certificates   wget     dpkg-dev   gcc   libc6-dev # buildkit',
				comment, transferSizeBytes: megabytes(isAlpine ? 12.9 : 16.8), sizeBytes: megabytes(isAlpine ? 33.6 : 42.1),
				files: () => [
					program('/usr/local/bin/redis-server', 'redis-server', {flavour, sizeBytes: 16_700_000}), program('/usr/local/bin/redis-cli', 'redis-cli', {flavour, sizeBytes: 7_400_000}),
					symlink('/usr/local/bin/redis-sentinel', 'redis-server'),
				],
				rest: ['/usr/local/bin/redis-benchmark', '/usr/local/bin/gosu', '/usr/lib/libssl.so.3'],
			},
			{createdBy: 'RUN /bin/sh -c mkdir /data && chown redis:redis /data # buildkit', comment, transferSizeBytes: 98, files: () => [directory('/data', {uid: 999, gid: isAlpine ? 1000 : 999})]},
			buildkit('VOLUME [/data]'), buildkit('WORKDIR /data'),
			{createdBy: 'COPY docker-entrypoint.sh /usr/local/bin/ # buildkit', comment, transferSizeBytes: 573, files: () => [text('/usr/local/bin/docker-entrypoint.sh', redisEntrypoint, {mode: 0o755})]},
			buildkit('ENTRYPOINT ["docker-entrypoint.sh"]'), buildkit('EXPOSE map[6379/tcp:{}]'), buildkit('CMD ["redis-server"]'),
		],
	};
}

const mysqlEntrypoint = `#!/bin/bash
set -eo pipefail

mysql_log() {
	local type="$1"; shift
	local text="$*"
	local dt="$(date -u +%Y-%m-%d\\ %H:%M:%S+00:00)"
	printf '%s [%s] [Entrypoint]: %s\\n' "$dt" "$type" "$text"
}
mysql_note() {
	mysql_log Note "$@"
}
mysql_error() {
	mysql_log ERROR "$@" >&2
	exit 1
}

# if command starts with an option, prepend mysqld
if [ "\${1:0:1}" = '-' ]; then
	set -- mysqld "$@"
fi

if [ "$1" = 'mysqld' ]; then
	mysql_note "Entrypoint script for MySQL Server \${MYSQL_VERSION} started."
	if [ ! -d /var/lib/mysql/mysql ]; then
		if [ -z "$MYSQL_ROOT_PASSWORD" ] && [ -z "$MYSQL_ALLOW_EMPTY_PASSWORD" ] && [ -z "$MYSQL_RANDOM_ROOT_PASSWORD" ]; then
			mysql_error $'Database is uninitialized and password option is not specified\\n    You need to specify one of the following as an environment variable:\\n    - MYSQL_ROOT_PASSWORD\\n    - MYSQL_ALLOW_EMPTY_PASSWORD\\n    - MYSQL_RANDOM_ROOT_PASSWORD'
		fi
		mysql_note "Initializing database files"
		mkdir -p /var/lib/mysql/mysql
		chown -R mysql:mysql /var/lib/mysql
		mysql_note "Database files initialized"
		mysql_note "MySQL init process done. Ready for start up."
	fi
fi

exec "$@"
`;

function mysql(tags: readonly string[], version: string, created: string, sizeMb: number): ImageRecipe {
	const major = version.split('.').slice(0, 2).join('.');
	const full = `${version}-1.el9`;
	const env = [defaultPath, 'GOSU_VERSION=1.17', `MYSQL_MAJOR=${major}`, `MYSQL_VERSION=${full}`, `MYSQL_SHELL_VERSION=${full}`];
	return {
		repository: 'library/mysql', tags, created, base: oracleLinux9Slim,
		config: {Env: env, Cmd: ['mysqld'], Entrypoint: ['docker-entrypoint.sh'], Volumes: {'/var/lib/mysql': {}}, ExposedPorts: {'3306/tcp': {}, '33060/tcp': {}}},
		steps: [
			{
				createdBy: 'RUN /bin/sh -c set -eux;  groupadd --system --gid 999 mysql;  useradd --system --uid 999 --gid 999 --home-dir /var/lib/mysql --no-create-home mysql # buildkit', comment, transferSizeBytes: 884,
				files: () => accountFiles('redHat', {users: 'mysql:x:999:999::/var/lib/mysql:/bin/bash\n', groups: 'mysql:x:999:\n'}),
			},
			buildkit(`ENV ${env[1]!}`), buildkit(`ENV ${env[2]!}`), buildkit(`ENV ${env[3]!}`),
			{
				createdBy: 'RUN /bin/sh -c set -eux;  microdnf install -y "mysql-community-server-minimal-$MYSQL_VERSION"; # buildkit', comment, transferSizeBytes: megabytes(57.6), sizeBytes: megabytes(sizeMb * 0.5),
				files: () => [
					program('/usr/sbin/mysqld', 'mysqld', {sizeBytes: 72_400_000}), program('/usr/bin/mysql', 'mysql', {sizeBytes: 7_700_000}), program('/usr/bin/mysqladmin', 'mysqladmin', {sizeBytes: 6_600_000}),
					text('/etc/my.cnf', '# For advice on how to change settings please see\n# http://dev.mysql.com/doc/refman/8.4/en/server-configuration-defaults.html\n\n[mysqld]\nhost-cache-size=0\nskip-name-resolve\ndatadir=/var/lib/mysql\nsocket=/var/run/mysqld/mysqld.sock\nsecure-file-priv=/var/lib/mysql-files\nuser=mysql\n\npid-file=/var/run/mysqld/mysqld.pid\n[client]\nsocket=/var/run/mysqld/mysqld.sock\n\n!includedir /etc/mysql/conf.d/\n'),
					directory('/etc/mysql/conf.d'), directory('/var/lib/mysql', {mode: 0o1777, uid: 999, gid: 999}), directory('/var/run/mysqld', {mode: 0o1777, uid: 999, gid: 999}), directory('/var/lib/mysql-files', {mode: 0o750, uid: 999, gid: 999}), directory('/docker-entrypoint-initdb.d'),
				],
				rest: ['/usr/lib64/mysql/private/libprotobuf.so.24.4.0', '/usr/share/mysql-8.4/english/errmsg.sys', '/usr/bin/mysqldump', '/usr/bin/mysqlpump'],
			},
			buildkit(`ENV ${env[4]!}`),
			{
				createdBy: 'RUN /bin/sh -c set -eux;  microdnf install -y "mysql-shell-$MYSQL_SHELL_VERSION"; # buildkit', comment, transferSizeBytes: megabytes(54), sizeBytes: megabytes(sizeMb * 0.5 - 112),
				files: () => [], rest: ['/usr/lib/mysqlsh/lib/python3.12/lib-dynload.a', '/usr/bin/mysqlsh', '/usr/lib/mysqlsh/libpolyglot-nativeapi.so'],
			},
			buildkit('VOLUME [/var/lib/mysql]'),
			{createdBy: 'COPY docker-entrypoint.sh /usr/local/bin/ # buildkit', comment, transferSizeBytes: 5330, files: () => [text('/usr/local/bin/docker-entrypoint.sh', mysqlEntrypoint, {mode: 0o755}), symlink('/entrypoint.sh', 'usr/local/bin/docker-entrypoint.sh')]},
			buildkit('ENTRYPOINT ["docker-entrypoint.sh"]'), buildkit('EXPOSE map[3306/tcp:{} 33060/tcp:{}]'), buildkit('CMD ["mysqld"]'),
		],
	};
}

const registryConfig = `version: 0.1
log:
  fields:
    service: registry
storage:
  cache:
    blobdescriptor: inmemory
  filesystem:
    rootdirectory: /var/lib/registry
http:
  addr: :5000
  headers:
    X-Content-Type-Options: [nosniff]
health:
  storagedriver:
    enabled: true
    interval: 10s
    threshold: 3
`;

const registryEntrypoint = '#!/bin/sh\n\nset -e\n\ncase "$1" in\n    *.yaml|*.yml) set -- registry serve "$@" ;;\n    serve|garbage-collect|help|-*) set -- registry "$@" ;;\nesac\n\nexec "$@"\n';

const registry: ImageRecipe = {
	repository: 'library/registry', tags: ['2', '2.8', '2.8.3', 'latest'], created: '2023-10-02T18:42:31Z', base: alpine318,
	config: {Env: [defaultPath], Cmd: ['/etc/docker/registry/config.yml'], Entrypoint: ['/entrypoint.sh'], Volumes: {'/var/lib/registry': {}}, ExposedPorts: {'5000/tcp': {}}},
	steps: [
		{createdBy: 'RUN /bin/sh -c apk add --no-cache ca-certificates # buildkit', comment, transferSizeBytes: 296_000, sizeBytes: 516_000, files: () => [], rest: ['/etc/ssl/certs/ca-certificates.crt', '/usr/sbin/update-ca-certificates']},
		{
			createdBy: "RUN /bin/sh -c set -eux;  version='2.8.3';  apkArch=\"$(apk --print-arch)\" # buildkit", comment, transferSizeBytes: megabytes(5.8), sizeBytes: megabytes(17.5),
			files: () => [program('/bin/registry', 'registry', {flavour: 'busybox', sizeBytes: megabytes(17.4)})], rest: ['/usr/share/licenses/registry'],
		},
		{createdBy: 'COPY ./config-example.yml /etc/docker/registry/config.yml # buildkit', comment, transferSizeBytes: 400, files: () => [text('/etc/docker/registry/config.yml', registryConfig)]},
		buildkit('VOLUME [/var/lib/registry]'), buildkit('EXPOSE map[5000/tcp:{}]'),
		{createdBy: 'COPY docker-entrypoint.sh /entrypoint.sh # buildkit', comment, transferSizeBytes: 210, files: () => [text('/entrypoint.sh', registryEntrypoint, {mode: 0o755})]},
		buildkit('ENTRYPOINT ["/entrypoint.sh"]'), buildkit('CMD ["/etc/docker/registry/config.yml"]'),
	],
};

export const serverImages: readonly ImageRecipe[] = [
	httpd(['latest', '2', '2.4', '2.4.62', 'bookworm'], false), httpd(['alpine', '2-alpine', '2.4-alpine', '2.4.62-alpine'], true),
	redis(['latest', '7', '7.4', '7.4.1', 'bookworm', '7-bookworm'], false), redis(['alpine', '7-alpine', '7.4-alpine', '7.4.1-alpine'], true),
	mysql(['latest', '9', '9.1', '9.1.0'], '9.1.0', '2024-10-14T21:30:00Z', 603), mysql(['8', '8.4', '8.4.3', 'lts'], '8.4.3', '2024-10-14T21:31:00Z', 591), mysql(['8.0', '8.0.40'], '8.0.40', '2024-10-14T21:32:00Z', 590),
	registry,
];
