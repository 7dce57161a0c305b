// sysctl(8): kernel parameters, by the files under /proc/sys. Source: procps-ng 4.0.2; BusyBox.

import {encodeText} from '../base/bytes.js';
import {write} from '../model/kernel/blocking.js';
import {errorTextOf, failed} from '../model/kernel/errno.js';
import type {Command} from './options.js';
import {readText} from './proc-files.js';
import {printTo, type Blocking} from './standard-io.js';
import {tool, type Tool} from './tool.js';

const options = {
	all: {short: 'aAX', long: 'all', help: 'display all variables'},
	ignore: {short: 'e', long: 'ignore', help: 'ignore unknown variables errors'},
	names: {short: 'N', long: 'names', help: 'print variable names without values'},
	values: {short: 'n', long: 'values', help: 'print only values of the given variable(s)'},
	load: {short: 'p', long: 'load', value: '<file>', optional: true, help: 'read values from file'},
	quiet: {short: 'q', long: 'quiet', help: 'do not echo variable set'},
	write: {short: 'w', long: 'write', help: 'enable writing a value to variable'},
} as const;

type Name = keyof typeof options;

const command: Command<Name> = {name: 'sysctl', usage: ['[options] [variable[=value] ...]'], summary: '', options, version: 'from procps-ng 4.0.2'};

const root = '/proc/sys';

export const sysctl = tool(command, function * (t) {
	if (t.has('all')) {
		yield * showTree(t, root);
		return 0;
	}

	let settings: readonly string[] = t.operands;
	if (t.has('load')) {
		const path = t.value('load') ?? t.operands[0] ?? '/etc/sysctl.conf';
		const text = yield * readText(t.process, path);
		if (text === undefined) {
			return yield * t.complain(`cannot open "${path}": No such file or directory`);
		}

		settings = text.split('\n').map(line => line.trim()).filter(line => line !== '' && !/^[#;]/v.test(line)).map(line => line.replace(/\s*=\s*/v, '='));
	} else if (settings.length === 0) {
		return yield * t.usageError('no variables specified', undefined);
	}

	let status = 0;
	for (const setting of settings) {
		const equals = setting.indexOf('=');
		if (equals === -1 && t.has('write')) {
			status = yield * t.complain(`"${setting}" must be of the form name=value`);
			continue;
		}

		status = Math.max(status, yield * equals === -1 ? show(t, setting) : assign(t, setting.slice(0, equals).trim(), setting.slice(equals + 1).trim()));
	}

	return status;
});

/** `net.ipv4.ip_forward` and `net/ipv4/ip_forward`: whichever separator comes first is the one. */
function pathOf(name: string): string {
	const usesSlash = /^[^.]*\//v.test(name);
	return `${root}/${usesSlash ? name : [...name].map(character => character === '.' ? '/' : (character === '/' ? '.' : character)).join('')}`;
}

function * show(t: Tool<Name>, name: string): Blocking<number> {
	const path = pathOf(name);
	const file = t.sys.stat(path);
	if (failed(file)) {
		return t.has('ignore') ? 0 : yield * t.complain(t.says(`cannot stat ${path}: ${errorTextOf(file)}`, `error: '${name}' is an unknown key`));
	}

	if (file.type === 'directory') {
		yield * showTree(t, path);
		return 0;
	}

	const text = yield * readText(t.process, path);
	if (text === undefined) {
		return yield * t.complain(`permission denied on key "${name}"`);
	}

	yield * print(t, name, text);
	return 0;
}

function * print(t: Tool<Name>, name: string, text: string): Blocking<void> {
	const dotted = /^[^.]*\//v.test(name) ? name.replaceAll('/', '.') : name;
	const value = text.replace(/\n$/v, '');
	yield * t.print(t.has('names') ? `${dotted}\n` : (t.has('values') ? `${value}\n` : value.split('\n').map(line => `${dotted} = ${line}\n`).join('')));
}

function * showTree(t: Tool<Name>, directory: string): Blocking<void> {
	const entries = t.sys.readdir(directory);
	for (const {name, type} of failed(entries) ? [] : [...entries].sort((a, b) => a.name < b.name ? -1 : 1)) {
		const path = `${directory}/${name}`;
		if (type === 'directory') {
			yield * showTree(t, path);
			continue;
		}

		const dotted = path.slice(root.length + 1).replaceAll('/', '.');
		const text = yield * readText(t.process, path);
		if (text === undefined) {
			yield * t.out.flush();
			yield * printTo(t.process, 2, `${t.name}: permission denied on key '${dotted}'\n`);
		} else {
			yield * print(t, dotted, text);
		}
	}
}

function * assign(t: Tool<Name>, name: string, value: string): Blocking<number> {
	const path = pathOf(name);
	const file = t.sys.stat(path);
	if (failed(file)) {
		return t.has('ignore') ? 0 : yield * t.complain(t.says(`cannot stat ${path}: ${errorTextOf(file)}`, `error: '${name}' is an unknown key`));
	}

	const fd = t.sys.open(path, {write: true});
	const refusal = failed(fd) ? fd : yield * write(t.process, fd, encodeText(`${value}\n`));
	if (!failed(fd)) {
		t.sys.close(fd);
	}

	if (failed(refusal)) {
		const denied = refusal.errno === 'EACCES' || refusal.errno === 'EPERM';
		return yield * t.complain(denied ? t.says(`permission denied on key "${name}"`, `error setting key '${name}': ${errorTextOf(refusal)}`) : t.says(`setting key "${name}": ${errorTextOf(refusal)}`, `error setting key '${name}': ${errorTextOf(refusal)}`));
	}

	if (!t.has('quiet')) {
		yield * print(t, name, value);
	}

	return 0;
}
