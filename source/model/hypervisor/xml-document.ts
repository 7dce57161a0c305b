// Reading and writing of XML descriptions. The library parses; what it refuses is said in libxml2's words as libvirt shows them: the
// line, the message, the text of the line and a mark below it. Source: libvirt's virxml.c (catchXMLError), libxml2's parser.c.

import {parseXml, XmlElement, XmlError, XmlText} from '@rgrove/parse-xml';
import {type Refusal, refuse, type XmlTree} from './domain-schema.js';

/** libxml2's own limit. */
const maxDepth = 256;

/** The root element, or why there is none. `where` is what libvirt calls the text: `(domain_definition)`. */
export function readXml(text: string, where: string): XmlTree | Refusal {
	try {
		const {root} = parseXml(text);
		return root === null ? refuse(`${where}:1: Document is empty`) : treeOf(root, 0);
	} catch (error) {
		if (error instanceof XmlError) {
			return refuse(complaint(text, where, error));
		}

		if (error instanceof RangeError) {
			return refuse(`${where}:1: Excessive depth in document: ${maxDepth} use XML_PARSE_HUGE option`);
		}

		throw error;
	}
}

function treeOf(element: XmlElement, depth: number): XmlTree {
	if (depth > maxDepth) {
		throw new RangeError('treeOf: too deep');
	}

	const children: (XmlTree | string)[] = [];
	for (const child of element.children) {
		if (child instanceof XmlElement) {
			children.push(treeOf(child, depth + 1));
		} else if (child instanceof XmlText && child.text.trim() !== '') {
			children.push(child.text);
		}
	}

	return {name: element.name, attributes: {...element.attributes}, children};
}

function complaint(text: string, where: string, error: XmlError): string {
	const open = openTags(text);
	const inner = open.tags.at(-1);
	if (text.trim() === '') {
		return `${where}:1: Document is empty\n(null)\n^`;
	}

	if (open.mismatch !== undefined) {
		const {name, line, opened} = open.mismatch;
		return at(text, where, line, `Opening and ending tag mismatch: ${opened.name} line ${opened.line} and ${name}`);
	}

	if (inner !== undefined && (error.pos >= text.trimEnd().length || error.message.startsWith('Missing end tag'))) {
		return at(text, where, text.split('\n').length, `Premature end of data in tag ${inner.name} line ${inner.line}`);
	}

	// Simplified: other mistakes are told in the library's words; their place is right.
	return at(text, where, error.line, error.message.split(' (line ', 1)[0]!, error.column);
}

/** libvirt shows the line up to the mistake; of an empty one glibc prints `(null)`. */
function at(text: string, where: string, line: number, message: string, column?: number): string {
	const shown = text.split('\n')[line - 1] ?? '';
	return shown === '' ? `${where}:${line}: ${message}\n(null)\n^` : `${where}:${line}: ${message}\n${shown}\n${'-'.repeat(Math.max(0, (column ?? shown.length + 1) - 1))}^`;
}

type Open = {readonly name: string; readonly line: number};

/** The elements that are open at the end, and the first end tag that closes another one than the innermost. */
function openTags(text: string): {readonly tags: readonly Open[]; readonly mismatch: (Open & {readonly opened: Open}) | undefined} {
	const tags: Open[] = [];
	let line = 1;
	for (const [found] of text.matchAll(/\n|<!--[\s\S]*?-->|<\/?[A-Za-z_][^\s\/>]*(?:[^>"']|"[^"]*"|'[^']*')*>?/gv)) {
		const name = /^<\/?(?<name>[^\s\/>]+)/v.exec(found)?.groups?.['name'];
		if (name !== undefined && found.startsWith('</')) {
			const opened = tags.at(-1);
			if (opened !== undefined && opened.name !== name) {
				return {tags, mismatch: {name, line, opened}};
			}

			tags.pop();
		} else if (name !== undefined && !found.startsWith('<!') && !found.endsWith('/>')) {
			tags.push({name, line});
		}

		line += found.split('\n').length - 1;
	}

	return {tags, mismatch: undefined};
}

/** XML as libvirt formats it: two blanks a level, attributes in single quotes. */
export function writeXml(tree: XmlTree, level = 0): string {
	const indent = '  '.repeat(level);
	const attributes = Object.entries(tree.attributes).map(([name, value]) => ` ${name}='${escapeXml(value)}'`).join('');
	if (tree.children.length === 0) {
		return `${indent}<${tree.name}${attributes}/>\n`;
	}

	if (tree.children.every(child => typeof child === 'string')) {
		return `${indent}<${tree.name}${attributes}>${escapeXml(tree.children.join(''))}</${tree.name}>\n`;
	}

	const inside = tree.children.map(child => typeof child === 'string' ? `${indent}  ${escapeXml(child.trim())}\n` : writeXml(child, level + 1)).join('');
	return `${indent}<${tree.name}${attributes}>\n${inside}${indent}</${tree.name}>\n`;
}

function escapeXml(text: string): string {
	return text.replace(/[&<>"']/gv, character => ({'&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;', '\'': '&apos;'})[character]!);
}

/** The first child element of that name. */
export function childOf(tree: XmlTree, name: string): XmlTree | undefined {
	return tree.children.find((child): child is XmlTree => typeof child !== 'string' && child.name === name);
}

export function textOf(tree: XmlTree | undefined): string | undefined {
	return tree?.children.filter(child => typeof child === 'string').join('').trim();
}
