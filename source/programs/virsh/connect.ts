// Which hypervisor a URI means, and the way there. Source: libvirt 9.0 src/libvirt.c (virConnectOpenInternal), remote_driver.c.
//
// Modelled: qemu:///system (libvirtd behind its socket) and test:///default or test:///PATH (libvirt's test driver).

import {textFromBytes} from '../../base/byte-text.js';
import {isJsonObject, parseJson} from '../../base/json.js';
import {isRefusal} from '../../model/hypervisor/domain-schema.js';
import {connect as connectSocket, readAll} from '../../model/kernel/blocking.js';
import {errorTextOf, failed} from '../../model/kernel/errno.js';
import type {Process} from '../../model/kernel/program.js';
import {answerRequest, type Driver} from '../libvirt/driver.js';
import {JsonLines} from '../libvirt/json-lines.js';
import type {Answer} from '../libvirt/request.js';
import {openDefault, openFile} from '../libvirt/test-driver.js';
import type {Blocking} from '../standard-io.js';
import type {Connection} from './command.js';

const socketPath = '/var/run/libvirt/libvirt-sock';

/** Lines for standard error: `warnings` as they are, `errors` behind "error: ". */
export type Unconnected = {readonly warnings: readonly string[]; readonly errors: readonly string[]};

function unconnected(error: string, warnings: readonly string[] = []): Unconnected {
	return {warnings, errors: ['failed to connect to the hypervisor', error]};
}

/** The URI that is meant without `-c`: of the environment, else the system's for root and the session's for others. */
export function defaultUri({env, sys}: Process): string {
	return env.get('VIRSH_DEFAULT_CONNECT_URI') ?? env.get('LIBVIRT_DEFAULT_URI') ?? (sys.credentials().uid === 0 ? 'qemu:///system' : 'qemu:///session');
}

export function * openConnection(process: Process, uri: string): Blocking<Connection | Unconnected> {
	const found = /^(?<scheme>[a-z][a-z0-9+]*):\/\/(?<server>[^\/]*)(?<path>\/.*)?$/v.exec(uri)?.groups;
	const path = found?.['path'] ?? '';
	if (found?.['scheme'] === 'test' && found['server'] === '') {
		return yield * openTest(process, path);
	}

	if (found?.['scheme']?.includes('+') === true || (found?.['server'] ?? '') !== '') {
		return unconnected(`virtlab does not model connections to other hosts: '${uri}'`);
	}

	if (found?.['scheme'] === 'qemu' && path === '/session') {
		return unconnected('virtlab does not model the session daemon of a user: use qemu:///system');
	}

	return yield * openSystem(process, found?.['scheme'] === 'qemu' && path === '/system' ? undefined : uri);
}

/** `unknown` is a URI that the client knows no driver for: then the daemon is asked, which knows none either. */
function * openSystem(process: Process, unknown: string | undefined): Blocking<Connection | Unconnected> {
	const {sys} = process;
	const fd = sys.socket('unix');
	const connected = failed(fd) ? fd : yield * connectSocket(process, fd, {family: 'unix', path: socketPath});
	if (failed(fd) || failed(connected)) {
		return unconnected(`Failed to connect socket to '${socketPath}': ${failed(connected) ? errorTextOf(connected) : ''}`);
	}

	if (unknown !== undefined) {
		return unconnected(`no connection driver available for ${unknown}`);
	}

	const lines = new JsonLines(process, fd);
	return {
		* ask(request): Blocking<Answer> {
			const isSent = yield * lines.send(request);
			const line = isSent ? yield * lines.next() : undefined;
			const parsed = line === undefined ? undefined : parseJson(line);
			return parsed !== undefined && 'value' in parsed && isJsonObject(parsed.value) ? parsed.value as Answer : {refusal: 'End of file while reading data: Input/output error'};
		},
	};
}

function * openTest(process: Process, path: string): Blocking<Connection | Unconnected> {
	const {nodename} = process.sys.uname();
	if (path === '/default') {
		return overDriver(openDefault(nodename));
	}

	const fd = process.sys.open(path, {read: true});
	const bytes = failed(fd) ? fd : yield * readAll(process, fd, 10 * 1024 * 1024);
	if (failed(bytes)) {
		return unconnected(`XML error: failed to parse xml document '${path}'`, [`I/O warning : failed to load external entity "${path}"`]);
	}

	const driver = openFile(nodename, {text: textFromBytes(bytes), path});
	return isRefusal(driver) ? unconnected(driver.refused) : overDriver(driver);
}

function overDriver(driver: Driver): Connection {
	return {
		// Answers in the same process, without waiting for anybody.
		* ask(request): Blocking<Answer> {
			return answerRequest(driver, request);
		},
	};
}
