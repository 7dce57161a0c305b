// Which machine an image is for: `linux/arm64/v8`. Source: containerd platforms (platforms.go, database.go); errors in its words.

import type {Image} from './schema.js';

export type Platform = {readonly os: string; readonly architecture: string; readonly variant: string};

/** The engine's own. */
export const hostPlatform: Platform = {os: 'linux', architecture: 'amd64', variant: ''};
/** With the level of its instruction set, as the engine finds it out: the processor of our hosts has AVX2 and no AVX-512. */
export const detectedPlatform: Platform = {...hostPlatform, variant: 'v3'};

const systems = new Set(['aix', 'android', 'darwin', 'dragonfly', 'freebsd', 'illumos', 'ios', 'js', 'linux', 'netbsd', 'openbsd', 'plan9', 'solaris', 'wasip1', 'windows']);
const architectures = new Set(['386', 'amd64', 'arm', 'arm64', 'loong64', 'mips', 'mips64', 'mips64le', 'mipsle', 'ppc64', 'ppc64le', 'riscv64', 's390x', 'wasm']);
const componentPattern = /^[A-Za-z\d_.\-]+$/v;

/** `linux`, `arm64`, `linux/arm64`, `linux/arm/v7`: what is left out is the engine's own. */
export function parsePlatform(text: string): Platform | {readonly error: string} {
	const parts = text.split('/').map(part => part.toLowerCase());
	const [first = '', second, third = ''] = parts;
	const bad = parts.find(part => !componentPattern.test(part));
	if (bad !== undefined) {
		return {error: `${JSON.stringify(bad)} is an invalid component of ${JSON.stringify(text)}: platform specifier component must match "^[A-Za-z0-9_.-]+$": invalid argument`};
	}

	if (parts.length > 3) {
		return {error: `${JSON.stringify(text)}: cannot parse platform specifier: invalid argument`};
	}

	if (second !== undefined) {
		return normal(first === 'macos' ? 'darwin' : first, second, third);
	}

	if (systems.has(first) || first === 'macos') {
		return {...hostPlatform, os: first === 'macos' ? 'darwin' : first};
	}

	const only = normal('linux', first, '');
	return architectures.has(only.architecture) ? only : {error: `${JSON.stringify(text)}: unknown operating system or architecture: invalid argument`};
}

/** Other names of architectures, and variants that go without saying. */
function normal(os: string, architecture: string, variant: string): Platform {
	switch (architecture) {
		case 'x86_64':
		case 'x86-64': {
			return {os, architecture: 'amd64', variant: variant === 'v1' ? '' : variant};
		}

		case 'i386': {
			return {os, architecture: '386', variant: ''};
		}

		case 'aarch64':
		case 'arm64': {
			return {os, architecture: 'arm64', variant: variant === '8' || variant === 'v8' ? '' : variant};
		}

		case 'armhf':
		case 'armel': {
			return {os, architecture: 'arm', variant: architecture === 'armhf' ? 'v7' : 'v6'};
		}

		case 'arm': {
			return {os, architecture, variant: variant === '' || variant === '7' ? 'v7' : (/^\d$/v.test(variant) ? `v${variant}` : variant)};
		}

		default: {
			return {os, architecture, variant};
		}
	}
}

export function formatPlatform({os, architecture, variant}: Platform): string {
	return [os, architecture, ...variant === '' ? [] : [variant]].join('/');
}

export function platformOf({document: {os, architecture, variant = ''}}: Image): Platform {
	return {os, architecture, variant};
}

/** Whether what somebody wants is what is there. */
export function platformFits(wanted: Platform, actual: Platform): boolean {
	const is = normal(actual.os, actual.architecture, actual.variant);
	return wanted.os === is.os && wanted.architecture === is.architecture && (wanted.variant === is.variant || wanted.variant === '' || is.variant === '');
}
