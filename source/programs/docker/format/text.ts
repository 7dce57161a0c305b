// Small texts that several lists show. Source: docker/cli cli/command/formatter (Ellipsis, DisplayablePorts), moby stringid.

import {compareText} from '../../../base/bytes.js';
import {civilFromSeconds, type Moment} from '../../../base/calendar.js';
import {parseRfc3339} from '../../../base/internet-date.js';
import {secondNs} from '../../../base/clock.js';
import {humanDuration} from '../go/duration.js';
import {memberOf, numberOf, objectOf, textOf, type Json} from '../go/json.js';

/** The first twelve digits of an id, without `sha256:`. */
export function truncateId(id: string): string {
	const colon = id.indexOf(':');
	return id.slice(colon + 1, colon + 13);
}

/** At most `width` columns, the last of them an ellipsis if something is left out. */
export function ellipsis(text: string, width: number): string {
	const characters = [...text];
	if (width <= 0) {
		return '';
	}

	if (width === 1) {
		return characters[0] ?? '';
	}

	const whole = characters.reduce((sum, character) => sum + columnsOf(character), 0);
	if (whole <= width) {
		return text;
	}

	let used = 0;
	const kept = characters.filter(character => {
		used += columnsOf(character);
		return used <= width - 1;
	});
	return `${kept.join('')}…`;
}

/** Two for the wide characters of East Asia and for emoji. */
function columnsOf(character: string): 1 | 2 {
	return /^[\p{Script=Han}\p{Script=Hangul}\p{Script=Hiragana}\p{Script=Katakana}\p{Emoji_Presentation}\u3000-\u303f\uff01-\uff60\uffe0-\uffe6]/v.test(character) ? 2 : 1;
}

/** `3 minutes ago`, of a moment in Unix seconds. */
export function ago(seconds: number, nowSeconds: number): string {
	return `${humanDuration((nowSeconds - seconds) * secondNs)} ago`;
}

/** `2026-11-20 21:00:24 +0000 UTC`: Go's Time.String. */
export function timeText({seconds, nanoseconds}: Moment): string {
	const time = civilFromSeconds(seconds);
	const two = (value: number) => String(value).padStart(2, '0');
	const fraction = nanoseconds === 0 ? '' : `.${String(nanoseconds).padStart(9, '0').replace(/0+$/v, '')}`;
	return `${String(time.year).padStart(4, '0')}-${two(time.month)}-${two(time.day)} ${two(time.hour)}:${two(time.minute)}:${two(time.second)}${fraction} +0000 UTC`;
}

export function rfc3339TimeText(text: string): string {
	const moment = parseRfc3339(text);
	return moment === undefined ? text : timeText(moment);
}

/** `k=v,k2=v2`. */
export function labelsText(labels: Json): string {
	return [...objectOf(labels)].map(([name, value]) => `${name}=${textOf(value)}`).sort(compareText).join(',');
}

export function labelMap(labels: Json): ReadonlyMap<string, string> {
	return new Map([...objectOf(labels)].map(([name, value]) => [name, textOf(value)]));
}

type Port = {readonly ip: string; readonly inside: number; readonly outside: number; readonly type: string};

/** `0.0.0.0:8080->80/tcp, 443/tcp`: neighbouring ports that keep their number are one range. */
export function portsText(ports: readonly Json[]): string {
	const all: readonly Port[] = ports.map(port => ({
		ip: textOf(memberOf(port, 'IP')), inside: numberOf(memberOf(port, 'PrivatePort')), outside: numberOf(memberOf(port, 'PublicPort')), type: textOf(memberOf(port, 'Type')),
	}));
	const groups = new Map<string, {first: number; last: number; readonly ip: string; readonly type: string}>();
	const closed: string[] = [];
	const mapped: string[] = [];
	for (const port of all.toSorted(comparePorts)) {
		if (port.ip !== '' && port.outside !== port.inside) {
			mapped.push(`${hostPort(port.ip, String(port.outside))}->${port.inside}/${port.type}`);
			continue;
		}

		const key = `${port.ip}/${port.type}`;
		const group = groups.get(key);
		if (group !== undefined && port.inside === group.last + 1) {
			group.last = port.inside;
			continue;
		}

		if (group !== undefined) {
			closed.push(groupText(group));
			group.first = port.inside;
			group.last = port.inside;
			continue;
		}

		groups.set(key, {first: port.inside, last: port.inside, ip: port.ip, type: port.type});
	}

	return [...closed, ...[...groups.values()].map(group => groupText(group)), ...mapped].join(', ');
}

function comparePorts(a: Port, b: Port): number {
	return a.inside - b.inside || compareText(a.ip, b.ip) || a.outside - b.outside || compareText(a.type, b.type);
}

function groupText({first, last, ip, type}: {readonly first: number; readonly last: number; readonly ip: string; readonly type: string}): string {
	const range = first === last ? String(first) : `${first}-${last}`;
	return `${ip === '' ? range : `${hostPort(ip, range)}->${range}`}/${type}`;
}

/** net.JoinHostPort. */
export function hostPort(host: string, port: string): string {
	return host.includes(':') ? `[${host}]:${port}` : `${host}:${port}`;
}

/** The order in which people number things: `a2` before `a10` (fvbommel/sortorder). */
export function compareNatural(a: string, b: string): number {
	const partsA = a.match(/\d+|\D+/gv) ?? [];
	const partsB = b.match(/\d+|\D+/gv) ?? [];
	for (const [index, partA] of partsA.entries()) {
		const partB = partsB[index];
		if (partB === undefined) {
			return 1;
		}

		const areNumbers = /^\d/v.test(partA) && /^\d/v.test(partB);
		const order = areNumbers ? compareDigits(partA, partB) : compareText(partA, partB);
		if (order !== 0) {
			return order;
		}
	}

	return partsA.length - partsB.length;
}

function compareDigits(a: string, b: string): number {
	const bareA = a.replace(/^0+(?=\d)/v, '');
	const bareB = b.replace(/^0+(?=\d)/v, '');
	return bareA.length - bareB.length || compareText(bareA, bareB) || a.length - b.length;
}
