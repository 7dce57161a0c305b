// Markdown to lines of the screen. `marked` parses; this file lays out: headings, paragraphs, lists, code blocks, quotations and
// tables. Control characters of a lab text are made visible, since a lab may come from anywhere.

import {Lexer, type Token, type Tokens} from 'marked';
import {line, lineWidth, plain, span, type Line, type Span, type Style} from './styled-line.js';
import {visibleText} from './visible-controls.js';
import {cutLine, wrapLine} from './wrap.js';

const heading: Style = {bold: true, foreground: '36'};
const code: Style = {foreground: '33'};
const quoted: Style = {dim: true};
const linkAddress: Style = {dim: true, underline: true};

/** The rows of a Markdown text at a width. */
export function markdownLines(source: string, width: number): Line[] {
	const text = source.split('\n').map(row => visibleText(row.replaceAll('\t', '    ').replace(/\r$/v, ''))).join('\n');
	const lines = blocks(new Lexer({gfm: true}).lex(text), Math.max(width, 4));
	while (lines.length > 0 && lines.at(-1)!.length === 0) {
		lines.pop();
	}

	return lines;
}

/** Blocks with a blank row between them; those of a tight list's item follow each other. */
function blocks(tokens: readonly Token[], width: number, isTight = false): Line[] {
	const lines: Line[] = [];
	for (const token of tokens) {
		const rows = block(token, width);
		if (rows.length > 0) {
			if (lines.length > 0 && !isTight) {
				lines.push([]);
			}

			lines.push(...rows);
		}
	}

	return lines;
}

function block(token: Token, width: number): Line[] {
	switch (token.type) {
		case 'heading':
			return wrapLine(inline((token as Tokens.Heading).tokens, heading), width);
		case 'paragraph':
			return brokenLines(inline((token as Tokens.Paragraph).tokens, plain), width);
		case 'text': {
			const {tokens, text} = token as Tokens.Text;
			return brokenLines(tokens === undefined ? [span(text)] : inline(tokens, plain), width);
		}

		case 'code':
			return (token as Tokens.Code).text.split('\n').flatMap(row => cutLine([span('  ' + row, code)], width));
		case 'list':
			return list(token as Tokens.List, width);
		case 'blockquote':
			return blocks((token as Tokens.Blockquote).tokens, Math.max(width - 2, 2)).map(row => [span('│ ', quoted), ...row]);
		case 'table':
			return table(token as Tokens.Table, width);
		case 'hr':
			return [line(span('─'.repeat(width), quoted))];
		case 'html':
			return wrapLine([span((token as Tokens.HTML).text.trim(), quoted)], width);
		default:
			return [];
	}
}

function list(token: Tokens.List, width: number): Line[] {
	const lines: Line[] = [];
	const first = token.start === '' ? 1 : token.start;
	for (const [index, item] of token.items.entries()) {
		const mark = token.ordered ? `${first + index}. ` : '• ';
		const indent = ' '.repeat(mark.length);
		const rows = blocks(item.tokens, Math.max(width - mark.length, 2), !item.loose);
		for (const [row, content] of (rows.length === 0 ? [[]] : rows).entries()) {
			lines.push([span(row === 0 ? mark : indent), ...content]);
		}
	}

	return lines;
}

/** Columns as wide as their widest cell; a table that does not fit is shown as one line for each cell. */
function table(token: Tokens.Table, width: number): Line[] {
	const rows = [token.header, ...token.rows].map((cells, row) => cells.map(cell => inline(cell.tokens, row === 0 ? heading : plain)));
	const widths = token.header.map((_, column) => Math.max(...rows.map(cells => lineWidth(cells[column] ?? []))));
	const total = widths.reduce((sum, columnWidth) => sum + columnWidth + 2, -2);
	if (total > width) {
		return rows.slice(1).flatMap(cells => cells.flatMap((cell, column) =>
			wrapLine([...rows[0]![column]!, span(': '), ...cell], width, 2)));
	}

	return rows.map(cells => cells.flatMap((cell, column): Line =>
		column === cells.length - 1 ? cell : [...cell, span(' '.repeat(widths[column]! - lineWidth(cell) + 2))]));
}

/** Lines that hard breaks (`<br>`, two spaces at the end) ask for, each wrapped. */
function brokenLines(content: Line, width: number): Line[] {
	const parts: Span[][] = [[]];
	for (const part of content) {
		const pieces = part.text.split('\n');
		for (const [index, piece] of pieces.entries()) {
			if (index > 0) {
				parts.push([]);
			}

			parts.at(-1)!.push({...part, text: piece});
		}
	}

	return parts.flatMap(part => wrapLine(part, width));
}

function inline(tokens: readonly Token[], style: Style): Line {
	return tokens.flatMap((token): Line => {
		switch (token.type) {
			case 'strong':
				return inline((token as Tokens.Strong).tokens, {...style, bold: true});
			case 'em':
				return inline((token as Tokens.Em).tokens, {...style, italic: true});
			case 'del':
				return inline((token as Tokens.Del).tokens, {...style, strikethrough: true});
			case 'codespan':
				return [span((token as Tokens.Codespan).text, {...style, ...code})];
			case 'br':
				return [span('\n', style)];
			case 'link': {
				const {href, text, tokens: inner} = token as Tokens.Link;
				const shown = inline(inner, {...style, underline: true});
				return href === text ? shown : [...shown, span(` <${href}>`, linkAddress)];
			}

			case 'image':
				return [span(`[${(token as Tokens.Image).text}]`, style)];
			case 'text': {
				const {tokens: inner, text} = token as Tokens.Text;
				return inner === undefined ? [span(joinLines(text), style)] : inline(inner, style);
			}

			default:
				return [span('text' in token ? joinLines(String(token.text)) : token.raw, style)];
		}
	});
}

const wideAtEnd = /[\u2E80-\u9FFF\uF900-\uFAFF\uFF00-\uFF60]$/v;
const wideAtStart = /^[\u2E80-\u9FFF\uF900-\uFAFF\uFF00-\uFF60]/v;

/** A line end in the source is a space, but nothing between two Chinese characters. */
function joinLines(text: string): string {
	const [first = '', ...others] = text.split('\n');
	let result = first;
	for (const next of others) {
		result += (wideAtEnd.test(result) && wideAtStart.test(next) ? '' : ' ') + next;
	}

	return result;
}
