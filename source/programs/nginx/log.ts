// nginx's logs. Source: nginx src/core/ngx_log.c, src/http/modules/ngx_http_log_module.c.

import {encodeText} from '../../base/bytes.js';
import {type CivilFields, civilFromSeconds} from '../../base/calendar.js';
import {headerOf, type HttpResponse, type RequestHead} from '../../base/http.js';
import {clockText, commonLogDate} from '../../base/internet-date.js';
import type {Fd, Process} from '../../model/kernel/program.js';

const levels = ['debug', 'info', 'notice', 'warn', 'error', 'crit', 'alert', 'emerg'] as const;
export type Level = typeof levels[number];

/** Whether a log of a level takes a message. */
export function takes(logLevel: string, level: Level): boolean {
	return levels.indexOf(level) >= levels.indexOf(logLevel as Level);
}

/** `2026/09/01 08:00:00`, in local time, which is UTC here. */
export function logTime(process: Process): string {
	const time = civilFromSeconds(process.sys.realTime().seconds);
	const two = (value: number) => String(value).padStart(2, '0');
	const date: CivilFields = time;
	return `${date.year}/${two(date.month)}/${two(date.day)} ${clockText(time)}`;
}

export type ErrorLog = {readonly fd: Fd; readonly level: string};

/** One line of the error log: `TIME [level] PID#TID: message`. */
export function logError(process: Process, log: ErrorLog, level: Level, message: string, pid = process.sys.getpid()): void {
	if (takes(log.level, level)) {
		process.sys.write(log.fd, encodeText(`${logTime(process)} [${level}] ${pid}#${pid}: ${message}\n`));
	}
}

export type Exchange = {
	readonly head: RequestHead;
	readonly response: HttpResponse;
	readonly remoteAddress: string;
	readonly serverName: string;
	readonly sentBytes: number;
};

/** A log format with its variables put in; one that the model has not is `-`, as an empty one is. */
export function formatAccess(process: Process, format: string, exchange: Exchange): string {
	const {head, response, remoteAddress, serverName, sentBytes} = exchange;
	const [uri = '', query = ''] = head.target.split('?', 2);
	const {seconds, nanoseconds} = process.sys.realTime();
	const values: Readonly<Record<string, string>> = {
		remote_addr: remoteAddress, remote_user: '', time_local: commonLogDate(seconds), request: `${head.method} ${head.target} HTTP/${head.version}`, status: String(response.status),
		body_bytes_sent: String(head.method === 'HEAD' ? 0 : response.body.length), bytes_sent: String(sentBytes), request_method: head.method, request_uri: head.target, uri, args: query, query_string: query,
		host: (headerOf(head.headers, 'Host') ?? serverName).replace(/:\d+$/v, ''), server_name: serverName, server_protocol: `HTTP/${head.version}`, scheme: 'http', request_time: '0.000', hostname: process.sys.uname().nodename,
		msec: `${seconds}.${String(Math.floor(nanoseconds / 1e6)).padStart(3, '0')}`,
	};
	return format.replace(/\$\{?(?<name>\w+)\}?/gv, (_match, name: string) => {
		const value = name.startsWith('http_') ? headerOf(head.headers, name.slice(5).replaceAll('_', '-')) : values[name];
		return value === undefined || value === '' ? '-' : escaped(value);
	});
}

/** Control characters and quotes as nginx writes them: `\x22`. */
function escaped(text: string): string {
	return text.replace(/[\x00-\x1f\x22\x5c\x7f]/gv, character => `\\x${character.charCodeAt(0).toString(16).toUpperCase().padStart(2, '0')}`);
}
