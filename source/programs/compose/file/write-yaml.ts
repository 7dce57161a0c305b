// Values as YAML, byte for byte as go-yaml's encoder writes them with two blanks of indentation: lists are indented below their key,
// lines are never folded. Source: gopkg.in/yaml.v3 encode.go (stringv), emitterc.go (yaml_emitter_analyze_scalar,
// yaml_emitter_select_scalar_style).

import type {Json, JsonObject} from '../../docker/go/json.js';

export function writeYaml(value: Json): string {
	return `${block(value, 0)}\n`;
}

function block(value: Json, level: number): string {
	const margin = ' '.repeat(level * 2);
	if (Array.isArray(value) && value.length > 0) {
		return (value as readonly Json[]).map(item => `${margin}- ${isFilled(item) ? block(item, level + 1).trimStart() : inline(item, level + 1)}`).join('\n');
	}

	if (value instanceof Map && value.size > 0) {
		return [...value as JsonObject].map(([name, item]) => `${margin}${scalarText(name, 0)}:${isFilled(item) ? `\n${block(item, level + 1)}` : ` ${inline(item, level + 1)}`}`).join('\n');
	}

	return margin + inline(value, level);
}

function isFilled(value: Json): boolean {
	return (Array.isArray(value) && value.length > 0) || (value instanceof Map && value.size > 0);
}

function inline(value: Json, level: number): string {
	switch (typeof value) {
		case 'undefined': {
			return 'null';
		}

		case 'string': {
			return scalarText(value, level);
		}

		case 'number': {
			return numberText(value);
		}

		case 'boolean':
		case 'bigint': {
			return String(value);
		}

		default: {
			return Array.isArray(value) ? '[]' : '{}';
		}
	}
}

/** As Go's strconv writes it: an exponent of at least two digits. */
function numberText(value: number): string {
	return String(value).replace(/e([\+\-])(\d)$/v, 'e$10$2');
}

/** What a plain word would be taken for something other than a text. */
const resolvesToOther = /^(?:~|null|Null|NULL|true|True|TRUE|false|False|FALSE|y|Y|yes|Yes|YES|n|N|no|No|NO|on|On|ON|off|Off|OFF|<<|[\-+]?\.(?:inf|Inf|INF)|\.(?:nan|NaN|NAN)|[\-+]?(?:\.\d+|\d[\d_]*(?:\.[\d_]*)?)(?:[eE][\-+]?\d+)?|[\-+]?0x[\da-fA-F_]+|[\-+]?0o?[0-7_]+|[\-+]?0b[01_]+|[\-+]?\d[\d_]*(?::[0-5]?\d)+(?:\.[\d_]*)?|\d{4}-\d{1,2}-\d{1,2}(?:(?:[Tt]|[ \t]+)\d{1,2}:\d{1,2}:\d{1,2}.*)?)$/v;

const control = /[\u0000-\u0008\u000b-\u001f\u007f-\u0084\u0086-\u009f\ufeff\ufffe\uffff]/v;

function scalarText(text: string, level: number): string {
	if (text === '' || resolvesToOther.test(text) || control.test(text) || text.includes('\t')) {
		return doubleQuoted(text);
	}

	if (text.includes('\n')) {
		return canBeLiteral(text) ? literal(text, level) : doubleQuoted(text);
	}

	return isPlain(text) ? text : `'${text.replaceAll('\'', '\'\'')}'`;
}

function isPlain(text: string): boolean {
	const indicator = /^[#,\[\]\{\}\&*!\|>'"%@`]/v.test(text) || /^[\-?:](?:\s|$)/v.test(text);
	return !indicator && !/^(?:---|\.\.\.)/v.test(text) && !/^\s|\s$/v.test(text) && !/:(?:\s|$)|\s#/v.test(text);
}

function canBeLiteral(text: string): boolean {
	return !/ \n/v.test(text) && !/ $/v.test(text) && !/^[ \n]/v.test(text);
}

function literal(text: string, level: number): string {
	const margin = ' '.repeat(Math.max(level, 1) * 2);
	const body = text.replace(/\n+$/v, '');
	const ending = text.length - body.length;
	const chomp = ending === 0 ? '-' : (ending === 1 ? '' : '+');
	const lines = body.split('\n').map(line => line === '' ? '' : margin + line);
	return `|${chomp}\n${lines.join('\n')}${'\n'.repeat(Math.max(ending - 1, 0))}`;
}

const escapes: Readonly<Record<string, string>> = {
	'"': String.raw`\"`, '\\': String.raw`\\`, '\u0000': String.raw`\0`, '\u0007': String.raw`\a`, '\b': String.raw`\b`, '\t': String.raw`\t`, '\n': String.raw`\n`,
	'\u000b': String.raw`\v`, '\f': String.raw`\f`, '\r': String.raw`\r`, '\u001b': String.raw`\e`, '\u0085': String.raw`\N`, '\u00a0': String.raw`\_`, '\ufeff': String.raw`\uFEFF`,
};

function doubleQuoted(text: string): string {
	const escaped = text.replace(/["\\\u0000-\u001f\u007f-\u00a0\ufeff\ufffe\uffff]/gv, char => {
		const code = char.charCodeAt(0).toString(16).toUpperCase();
		return escapes[char] ?? (code.length <= 2 ? `\\x${code.padStart(2, '0')}` : `\\u${code.padStart(4, '0')}`);
	});
	return `"${escaped}"`;
}
