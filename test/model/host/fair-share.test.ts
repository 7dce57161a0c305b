import {expect, test} from 'vitest';
import fc from 'fast-check';
import {type Claim, fairShares, wholeThread} from '../../../source/model/host/fair-share.js';

const busy = (weight = 100, allowed?: readonly number[]): Claim => ({demandPpm: wholeThread, weight, allowed});

test('while there is a thread for each, everybody gets what it wants', () => {
	expect(fairShares([busy(), {...busy(), demandPpm: 250_000}, {...busy(), demandPpm: 0}], 2)).toEqual([1_000_000, 250_000, 0]);
});

test('three busy vCPUs on two threads get two thirds of a thread each', () => {
	expect(fairShares([busy(), busy(), busy()], 2)).toEqual([666_666, 666_666, 666_666]);
});

test('weights divide what is scarce', () => {
	expect(fairShares([busy(200), busy(100)], 1)).toEqual([666_666, 333_333]);
});

test('nobody runs on more than one thread, and what it leaves goes to the others', () => {
	expect(fairShares([busy(10_000), busy(1), busy(1)], 2)).toEqual([1_000_000, 500_000, 500_000]);
});

test('two vCPUs pinned to one thread share it, while a free one has the other thread to itself', () => {
	expect(fairShares([busy(100, [0]), busy(100, [0]), busy()], 2)).toEqual([500_000, 500_000, 1_000_000]);
});

test('a free vCPU is moved aside for a pinned one', () => {
	expect(fairShares([busy(), busy(100, [0]), {...busy(100, [1]), demandPpm: 500_000}], 2)).toEqual([750_000, 750_000, 500_000]);
});

test('shares never exceed demands or threads, and nothing is left idle that somebody could use', () => {
	const claim = fc.record({demandPpm: fc.integer({min: 0, max: wholeThread}), weight: fc.integer({min: 1, max: 10_000}), allowed: fc.option(fc.uniqueArray(fc.integer({min: 0, max: 5}), {minLength: 1}).map(list => list.sort((a, b) => a - b)), {nil: undefined})});
	fc.assert(fc.property(fc.array(claim, {maxLength: 20}), claims => {
		const shares = fairShares(claims, 6);
		for (const [index, share] of shares.entries()) {
			expect(share).toBeLessThanOrEqual(claims[index]!.demandPpm);
		}

		expect(shares.reduce((sum, share) => sum + share, 0)).toBeLessThanOrEqual(6 * wholeThread);
		const unpinned = claims.every(({allowed}) => allowed === undefined);
		const wanted = claims.reduce((sum, {demandPpm}) => sum + demandPpm, 0);
		if (unpinned) {
			expect(shares.reduce((sum, share) => sum + share, 0)).toBeGreaterThan(Math.min(wanted, 6 * wholeThread) - 10_000);
		}
	}), {numRuns: 300});
});
