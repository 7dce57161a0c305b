// The order in which the labs are offered: what a beginner can do comes first.

import {expect, test} from 'vitest';
import {allLabs} from '../../source/cli/catalogue.js';

test('the first lab needs nothing, and every lab stands after those that it requires', () => {
	const labs = allLabs();
	expect(labs[0]).toMatchObject({id: 'first-container', difficulty: 1, requires: []});
	for (const [index, {id, requires}] of labs.entries()) {
		expect(labs.slice(0, index).map(lab => lab.id), `before ${id}`).toEqual(expect.arrayContaining([...requires]));
	}
});
