import {expect, test} from 'vitest';
import {arcTangent2, cosine, exponential, logarithm, power, sine} from '../../source/base/elementary-functions.js';

test('agree with the engine to twelve digits', () => {
	for (const x of [0, 0.1, 0.5, 1, 2, 3.7, 10, 100, -0.3, -2, -7.5]) {
		expect(exponential(x) / Math.exp(x)).toBeCloseTo(1, 12);
		expect(sine(x)).toBeCloseTo(Math.sin(x), 12);
		expect(cosine(x)).toBeCloseTo(Math.cos(x), 12);
		expect(arcTangent2(x, 2)).toBeCloseTo(Math.atan2(x, 2), 12);
		expect(arcTangent2(1, x)).toBeCloseTo(Math.atan2(1, x), 12);
		expect(arcTangent2(-1, -2)).toBeCloseTo(Math.atan2(-1, -2), 12);
	}

	for (const x of [1e-10, 0.1, 0.7, 1, 2, 12_345]) {
		expect(logarithm(x)).toBeCloseTo(Math.log(x), 12);
		expect(power(x, 0.5) / Math.sqrt(x)).toBeCloseTo(1, 12);
		expect(power(x, 3) / x ** 3).toBeCloseTo(1, 12);
	}
});
