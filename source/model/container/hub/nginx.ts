// nginx on Debian and on Alpine. Source: Docker Hub, `docker history nginx:1.27.3` and `nginx:1.27.3-alpine` of December 2024;
// mainline 1.27.3 is `latest`, stable 1.26.2.
//
// Simplified: the installing RUN's text is shortened to its beginning.

import {accountFiles} from './account-files.js';
import {debianBookwormSlim} from './base-debian.js';
import {alpine320} from './base-busybox.js';
import {defaultConf, entrypoint, envsubstOnTemplates, errorPage, listenOnIpv6, localResolvers, mimeTypes, nginxConf, tuneWorkerProcesses, welcomePage} from './nginx-files.js';
import {gnu} from './program-names.js';
import {buildkit, defaultPath, directory, type EmptyStep, type FileRecipe, hole, type ImageRecipe, type LayerRecipe, megabytes, program, symlink, text} from './recipe.js';

const fastcgiParams = `
fastcgi_param  QUERY_STRING       $query_string;
fastcgi_param  REQUEST_METHOD     $request_method;
fastcgi_param  CONTENT_TYPE       $content_type;
fastcgi_param  CONTENT_LENGTH     $content_length;

fastcgi_param  SCRIPT_NAME        $fastcgi_script_name;
fastcgi_param  REQUEST_URI        $request_uri;
fastcgi_param  DOCUMENT_URI       $document_uri;
fastcgi_param  DOCUMENT_ROOT      $document_root;
fastcgi_param  SERVER_PROTOCOL    $server_protocol;
`;

/** What the nginx package puts on a system. */
function packageFiles(): readonly FileRecipe[] {
	return [
		directory('/etc/nginx/conf.d'),
		text('/etc/nginx/nginx.conf', nginxConf), text('/etc/nginx/conf.d/default.conf', defaultConf), text('/etc/nginx/mime.types', mimeTypes), text('/etc/nginx/fastcgi_params', fastcgiParams),
		symlink('/etc/nginx/modules', '/usr/lib/nginx/modules'), directory('/usr/lib/nginx/modules'),
		text('/usr/share/nginx/html/index.html', welcomePage), text('/usr/share/nginx/html/50x.html', errorPage),
		directory('/var/cache/nginx'), directory('/docker-entrypoint.d'),
		symlink('/var/log/nginx/access.log', '/dev/stdout'), symlink('/var/log/nginx/error.log', '/dev/stderr'),
	];
}

function copyStep(source: string, target: string, content: string, transferSizeBytes: number): LayerRecipe {
	return {
		createdBy: `COPY ${source} ${target} # buildkit`, comment: 'buildkit.dockerfile.v0', transferSizeBytes,
		files: () => [text(target === '/' ? `/${source}` : `${target}/${source}`, content, {mode: 0o755})],
	};
}

const copies: readonly LayerRecipe[] = [
	copyStep('docker-entrypoint.sh', '/', entrypoint, 628),
	copyStep('10-listen-on-ipv6-by-default.sh', '/docker-entrypoint.d', listenOnIpv6, 955),
	copyStep('15-local-resolvers.envsh', '/docker-entrypoint.d', localResolvers, 405),
	copyStep('20-envsubst-on-templates.sh', '/docker-entrypoint.d', envsubstOnTemplates, 1210),
	copyStep('30-tune-worker-processes.sh', '/docker-entrypoint.d', tuneWorkerProcesses, 1400),
];

const endSteps: readonly EmptyStep[] = [
	buildkit('ENTRYPOINT ["/docker-entrypoint.sh"]'), buildkit('EXPOSE map[80/tcp:{}]'), buildkit('STOPSIGNAL SIGQUIT'), buildkit('CMD ["nginx" "-g" "daemon off;"]'),
];

type Version = {readonly version: string; readonly created: string; readonly tags: readonly string[]; readonly njs: string};

function nginxConfig({version, njs}: Version, packageRelease: string, path: string) {
	return {
		Env: [path, `NGINX_VERSION=${version}`, `NJS_VERSION=${njs}`, `NJS_RELEASE=1${packageRelease}`, `PKG_RELEASE=1${packageRelease}`, `DYNPKG_RELEASE=1${packageRelease}`],
		Labels: {maintainer: 'NGINX Docker Maintainers <docker-maint@nginx.com>'}, ExposedPorts: {'80/tcp': {}}, Entrypoint: ['/docker-entrypoint.sh'], Cmd: ['nginx', '-g', 'daemon off;'], StopSignal: 'SIGQUIT',
	};
}

function envSteps(env: readonly string[]): readonly EmptyStep[] {
	return [buildkit('LABEL maintainer=NGINX Docker Maintainers <docker-maint@nginx.com>'), ...env.slice(1).map(line => buildkit(`ENV ${line}`))];
}

function nginxDebian(version: Version): ImageRecipe {
	const config = nginxConfig(version, '~bookworm', defaultPath);
	return {
		repository: 'library/nginx', tags: version.tags, created: version.created, base: debianBookwormSlim, config,
		steps: [
			...envSteps(config.Env),
			{
				createdBy: 'RUN /bin/sh -c set -x     && groupadd --system --gid 101 nginx     && useradd --system --gid nginx --no-create-home --home /nonexistent --comment "nginx user" --shell /bin/false --uid 101 nginx     && apt-get update     && apt-get install --no-install-recommends --no-install-suggests -y gnupg1 ca-certificates # buildkit',
				comment: 'buildkit.dockerfile.v0', transferSizeBytes: megabytes(44.1), sizeBytes: megabytes(117.2),
				files: () => [
					...packageFiles(), ...accountFiles('debian', {users: 'nginx:x:101:101:nginx user:/nonexistent:/bin/false\n', groups: 'nginx:x:101:\n'}),
					program('/usr/sbin/nginx', 'nginx', {sizeBytes: 1_559_552}), gnu('/usr/bin/curl', 'curl', 301_168), gnu('/usr/bin/envsubst', 'envsubst'), hole('/usr/sbin/nginx-debug', 1_586_000, 0o755),
				],
				rest: ['/usr/lib/x86_64-linux-gnu/libicudata.so.72.1', '/usr/lib/x86_64-linux-gnu/libx265.so.199', '/usr/lib/x86_64-linux-gnu/libaom.so.3.6.0', '/usr/lib/x86_64-linux-gnu/libcurl.so.4.8.0', '/usr/lib/x86_64-linux-gnu/perl/5.36.0/CORE/libperl.so', '/usr/lib/nginx/modules/ngx_http_js_module.so'],
			},
			...copies, ...endSteps,
		],
	};
}

function nginxAlpine(version: Version): ImageRecipe {
	const config = nginxConfig(version, '', defaultPath);
	return {
		repository: 'library/nginx', tags: version.tags, created: version.created, base: alpine320, config,
		steps: [
			...envSteps(config.Env),
			{
				createdBy: 'RUN /bin/sh -c set -x     && addgroup -g 101 -S nginx     && adduser -S -D -H -u 101 -h /var/cache/nginx -s /sbin/nologin -G nginx -g nginx nginx     && apkArch="$(cat /etc/apk/arch)" # buildkit',
				comment: 'buildkit.dockerfile.v0', transferSizeBytes: megabytes(17.1), sizeBytes: megabytes(39.2),
				files: () => [
					...packageFiles(), ...accountFiles('alpine', {users: 'nginx:x:101:101:nginx:/var/cache/nginx:/sbin/nologin\n', groups: 'nginx:x:101:nginx\n'}),
					program('/usr/sbin/nginx', 'nginx', {flavour: 'busybox', sizeBytes: 1_385_768}), program('/usr/bin/curl', 'curl', {flavour: 'busybox', sizeBytes: 256_000}),
				],
				rest: ['/usr/lib/libicudata.so.74.2', '/usr/lib/libxml2.so.2.12.7', '/usr/lib/libgd.so.3.0.11', '/usr/lib/libcurl.so.4.8.0', '/usr/lib/nginx/modules/ngx_http_js_module.so'],
			},
			...copies, ...endSteps,
		],
	};
}

export const nginxImages: readonly ImageRecipe[] = [
	nginxDebian({version: '1.27.3', njs: '0.8.7', created: '2024-11-26T18:42:08Z', tags: ['latest', '1', '1.27', '1.27.3', 'mainline', 'bookworm', '1.27-bookworm']}),
	nginxDebian({version: '1.26.2', njs: '0.8.5', created: '2024-08-14T21:31:12Z', tags: ['stable', '1.26', '1.26.2', 'stable-bookworm']}),
	nginxAlpine({version: '1.27.3', njs: '0.8.7', created: '2024-11-26T18:43:20Z', tags: ['alpine', '1-alpine', '1.27-alpine', '1.27.3-alpine', 'mainline-alpine']}),
	nginxAlpine({version: '1.26.2', njs: '0.8.5', created: '2024-08-14T21:33:02Z', tags: ['stable-alpine', '1.26-alpine', '1.26.2-alpine']}),
];
