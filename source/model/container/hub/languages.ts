// node, python and hello-world. Source: Docker Hub, `docker history` of node:22.11.0, node:20.18.0, python:3.12.7, python:3.13.0 and
// hello-world of November 2024 (hello-world of 2023-05, as listed with 13.3kB).
//
// Simplified: the four layers that buildpack-deps puts below the full images are one, and long RUN texts are shortened to their beginning.

import {accountFiles} from './account-files.js';
import {alpine320} from './base-busybox.js';
import {debianBookworm, debianBookwormSlim} from './base-debian.js';
import {gnu} from './program-names.js';
import {buildkit, defaultPath, directory, type EmptyStep, type ImageRecipe, type LayerRecipe, megabytes, program, symlink, text} from './recipe.js';

const comment = 'buildkit.dockerfile.v0';
const created = '2024-11-12T02:01:00Z';

/** buildpack-deps:bookworm: compilers, curl, git and development headers. One recipe, so that node and python share its layer. */
const buildpackDeps: ImageRecipe = {
	repository: 'library/buildpack-deps', tags: ['bookworm'], created, base: debianBookworm, config: {Env: [defaultPath], Cmd: ['bash']},
	steps: [{
		createdBy: 'RUN /bin/sh -c set -ex;  apt-get update;  apt-get install -y --no-install-recommends   autoconf   automake   bzip2   default-libmysqlclient-dev   dpkg-dev   file   g++   gcc # buildkit',
		comment, transferSizeBytes: megabytes(299), sizeBytes: megabytes(812),
		files: () => [gnu('/usr/bin/curl', 'curl', 301_168), gnu('/usr/bin/wget', 'wget', 524_608), gnu('/usr/bin/ps', 'ps', 145_000), gnu('/usr/bin/free', 'free'), gnu('/usr/bin/top', 'top')],
		rest: ['/usr/lib/gcc/x86_64-linux-gnu/12/cc1plus', '/usr/lib/gcc/x86_64-linux-gnu/12/cc1', '/usr/lib/gcc/x86_64-linux-gnu/12/lto1', '/usr/bin/git', '/usr/lib/x86_64-linux-gnu/libLLVM-14.so.1', '/usr/lib/x86_64-linux-gnu/libMagickCore-6.Q16.a', '/usr/include/boost.tar', '/usr/bin/python3.11'],
	}],
};

type Kind = 'full' | 'slim' | 'alpine';

const bases: Readonly<Record<Kind, ImageRecipe>> = {full: buildpackDeps, slim: debianBookwormSlim, alpine: alpine320};

function tagsOf(names: readonly string[], kind: Kind): readonly string[] {
	const suffixes = {full: ['', '-bookworm'], slim: ['-slim', '-bookworm-slim'], alpine: ['-alpine', '-alpine3.20']}[kind];
	return names.flatMap(name => suffixes.map(suffix => name === 'latest' ? suffix.replace('-', '') || 'latest' : name + suffix)).filter((tag, index, all) => all.indexOf(tag) === index);
}

const nodeEntrypoint = `#!/bin/sh
set -e

# Run command with node if the first argument contains a "-" or is not a system command. The last
# part inside the "{}" is a workaround for the following bug in ash/dash:
# https://bugs.debian.org/cgi-bin/bugreport.cgi?bug=874264
if [ "\${1#-}" != "\${1}" ] || [ -z "$(command -v "\${1}")" ] || { [ -f "\${1}" ] && ! [ -x "\${1}" ]; }; then
  set -- node "$@"
fi

exec "$@"
`;

function node(names: readonly string[], version: string, kind: Kind, nodeMb: number): ImageRecipe {
	const isAlpine = kind === 'alpine';
	const flavour = isAlpine ? 'busybox' : 'gnu';
	const user = isAlpine ? {users: 'node:x:1000:1000::/home/node:/bin/sh\n', groups: 'node:x:1000:\n'} : {users: 'node:x:1000:1000::/home/node:/bin/bash\n', groups: 'node:x:1000:\n'};
	const userStep: LayerRecipe = {
		createdBy: isAlpine ? 'RUN /bin/sh -c addgroup -g 1000 node     && adduser -u 1000 -G node -s /bin/sh -D node # buildkit' : 'RUN /bin/sh -c groupadd --gid 1000 node   && useradd --uid 1000 --gid node --shell /bin/bash --create-home node # buildkit',
		comment, transferSizeBytes: 3300, files: () => [...accountFiles(isAlpine ? 'alpine' : 'debian', user), directory('/home/node', {uid: 1000, gid: 1000})],
	};
	return {
		repository: 'library/node', tags: tagsOf(names, kind), created, base: bases[kind],
		config: {Env: [defaultPath, `NODE_VERSION=${version}`, 'YARN_VERSION=1.22.22'], Cmd: ['node'], Entrypoint: ['docker-entrypoint.sh']},
		steps: [
			userStep, buildkit(`ENV NODE_VERSION=${version}`),
			{
				createdBy: 'RUN /bin/sh -c ARCH= OPENSSL_ARCH= && dpkgArch="$(dpkg --print-architecture)"   && case "${dpkgArch##*-}" in     amd64) ARCH=\'x64\' OPENSSL_ARCH=\'linux-x86_64\';; # buildkit',
				comment, transferSizeBytes: megabytes(nodeMb * 0.3), sizeBytes: megabytes(nodeMb),
				files: () => [
					program('/usr/local/bin/node', 'node', {flavour, sizeBytes: megabytes(Math.floor(nodeMb * 0.7))}), symlink('/usr/local/bin/nodejs', '/usr/local/bin/node'),
					symlink('/usr/local/bin/npm', '../lib/node_modules/npm/bin/npm-cli.js'), symlink('/usr/local/bin/npx', '../lib/node_modules/npm/bin/npx-cli.js'),
				],
				rest: ['/usr/local/include/node/openssl.tar', '/usr/local/lib/node_modules/npm/node_modules.tar', '/usr/local/lib/node_modules/corepack/dist/lib/corepack.cjs'],
			},
			buildkit('ENV YARN_VERSION=1.22.22'),
			{
				createdBy: 'RUN /bin/sh -c set -ex   && export GNUPGHOME="$(mktemp -d)"   && curl -fsSLO --compressed "https://yarnpkg.com/downloads/$YARN_VERSION/yarn-v$YARN_VERSION.tar.gz" # buildkit',
				comment, transferSizeBytes: megabytes(1.25), sizeBytes: megabytes(5.33), files: () => [], rest: ['/opt/yarn-v1.22.22/lib/cli.js'],
			},
			{createdBy: 'COPY docker-entrypoint.sh /usr/local/bin/ # buildkit', comment, transferSizeBytes: 446, files: () => [text('/usr/local/bin/docker-entrypoint.sh', nodeEntrypoint, {mode: 0o755})]},
			buildkit('ENTRYPOINT ["docker-entrypoint.sh"]'), buildkit('CMD ["node"]'),
		],
	};
}

type PythonRelease = {readonly version: string; readonly key: string; readonly sha256: string};

const python312: PythonRelease = {version: '3.12.7', key: '7169605F62C751356D054A26A821E680E5FA6305', sha256: '24887b92e2afd4a2ac602419ad4b596372f67ac9b077190f459aba390faf5550'};
const python313: PythonRelease = {version: '3.13.0', key: '7169605F62C751356D054A26A821E680E5FA6305', sha256: '086de5882e3cb310d4dca48457522e2e48018ecd43da9cdf827f6a0759efb07d'};

function python(names: readonly string[], {version, key, sha256}: PythonRelease, kind: Kind): ImageRecipe {
	const path = `PATH=/usr/local/bin:${defaultPath.slice('PATH='.length)}`;
	const minor = version.split('.').slice(0, 2).join('.');
	const flavour = kind === 'alpine' ? 'busybox' : 'gnu';
	const env = [path, ...kind === 'full' ? ['LANG=C.UTF-8'] : ['LANG=C.UTF-8'], `GPG_KEY=${key}`, `PYTHON_VERSION=${version}`, `PYTHON_SHA256=${sha256}`];
	const dependencies: readonly (LayerRecipe | EmptyStep)[] = kind === 'full'
		? [{createdBy: 'RUN /bin/sh -c set -eux;  apt-get update;  apt-get install -y --no-install-recommends   libbluetooth-dev   tk-dev   uuid-dev  ; # buildkit', comment, transferSizeBytes: megabytes(6.2), sizeBytes: megabytes(18.7), files: () => [], rest: ['/usr/lib/x86_64-linux-gnu/libtk8.6.so', '/usr/lib/x86_64-linux-gnu/libtcl8.6.so']}]
		: [{createdBy: 'RUN /bin/sh -c set -eux;  apt-get update;  apt-get install -y --no-install-recommends   ca-certificates   netbase   tzdata  ; # buildkit', comment, transferSizeBytes: megabytes(3.5), sizeBytes: megabytes(9.2), files: () => [], rest: ['/etc/ssl/certs/ca-certificates.crt', '/usr/share/zoneinfo/right.tar']}];
	return {
		repository: 'library/python', tags: tagsOf(names, kind), created, base: bases[kind],
		config: {Env: env, Cmd: ['python3']},
		steps: [
			buildkit(`ENV ${path}`), buildkit('ENV LANG=C.UTF-8'), ...dependencies, ...env.slice(2).map(line => buildkit(`ENV ${line}`)),
			{
				createdBy: 'RUN /bin/sh -c set -eux;   wget -O python.tar.xz "https://www.python.org/ftp/python/${PYTHON_VERSION%%[a-z]*}/Python-$PYTHON_VERSION.tar.xz"; # buildkit',
				comment, transferSizeBytes: megabytes(kind === 'full' ? 25 : 13.7), sizeBytes: megabytes(kind === 'full' ? 66.9 : 40.9),
				files: () => [program(`/usr/local/bin/python${minor}`, 'python3', {flavour, sizeBytes: 14_400}), symlink(`/usr/local/bin/python3`, `python${minor}`), directory(`/usr/local/lib/python${minor}/site-packages`)],
				rest: [`/usr/local/lib/libpython${minor}.so.1.0`, `/usr/local/lib/python${minor}/lib-dynload/_codecs.so`, `/usr/local/lib/python${minor}/ensurepip/_bundled/pip.whl`, `/usr/local/lib/python${minor}/pydoc_data/topics.py`],
			},
			{
				createdBy: 'RUN /bin/sh -c set -eux;  for src in idle3 pip3 pydoc3 python3 python3-config; do   dst="$(echo "$src" | tr -d 3)";   [ -s "/usr/local/bin/$src" ];   [ ! -e "/usr/local/bin/$dst" ];   ln -svT "$src" "/usr/local/bin/$dst";  done # buildkit',
				comment, transferSizeBytes: 249, files: () => [symlink('/usr/local/bin/python', 'python3'), symlink('/usr/local/bin/pydoc', 'pydoc3')],
			},
			buildkit('CMD ["python3"]'),
		],
	};
}

const helloWorld: ImageRecipe = {
	repository: 'library/hello-world', tags: ['latest', 'linux'], created: '2023-05-02T16:49:27Z',
	config: {Env: [defaultPath], Cmd: ['/hello'], WorkingDir: '/'},
	steps: [
		{createdBy: 'COPY hello / # buildkit', comment, transferSizeBytes: 2457, files: () => [program('/hello', 'hello', {sizeBytes: 13_256})]},
		buildkit('CMD ["/hello"]'),
	],
};

const kinds: readonly Kind[] = ['full', 'slim', 'alpine'];

export const languageImages: readonly ImageRecipe[] = [
	...kinds.map(kind => node(['22', '22.11', '22.11.0', 'lts', 'jod'], '22.11.0', kind, {full: 187, slim: 145, alpine: 142}[kind])),
	...kinds.map(kind => node(['20', '20.18', '20.18.0', 'iron'], '20.18.0', kind, {full: 166, slim: 122, alpine: 119}[kind])),
	...kinds.map(kind => node(['latest', '23', '23.2', '23.2.0', 'current'], '23.2.0', kind, {full: 188, slim: 146, alpine: 143}[kind])),
	...kinds.map(kind => python(['3.12', '3.12.7'], python312, kind)),
	...kinds.map(kind => python(['latest', '3', '3.13', '3.13.0'], python313, kind)),
	helloWorld,
];
