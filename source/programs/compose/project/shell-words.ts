// A command written as one text, cut into words as compose cuts it: blanks separate, quotes and backslashes keep together, nothing is
// expanded. Source: mattn/go-shellwords (Parse).

/** The words, or what is wrong. */
export function shellWords(text: string): readonly string[] | string {
	const words: string[] = [];
	let word: string | undefined;
	let mark = '';
	for (let at = 0; at < text.length; at++) {
		const char = text[at]!;
		if (char === '\\' && mark !== '\'') {
			at++;
			word = (word ?? '') + (text[at] ?? '');
		} else if (mark === '' ? char === '"' || char === '\'' : char === mark) {
			mark = mark === '' ? char : '';
			word ??= '';
		} else if (mark === '' && /\s/v.test(char)) {
			words.push(...word === undefined ? [] : [word]);
			word = undefined;
		} else {
			word = (word ?? '') + char;
		}
	}

	return mark === '' ? [...words, ...word === undefined ? [] : [word]] : 'invalid command line string';
}
