// Words for the names of containers that nobody named: a mood and somebody who found something out.

export const moods = [
	'able', 'active', 'airy', 'alert', 'amiable', 'amused', 'artful', 'astute', 'attentive', 'balanced', 'beaming', 'blissful', 'bold',
	'brave', 'breezy', 'bright', 'brisk', 'bubbly', 'calm', 'candid', 'careful', 'caring', 'cheerful', 'clear', 'clever', 'composed',
	'confident', 'cordial', 'cosy', 'courteous', 'curious', 'daring', 'dazzling', 'dapper', 'deft', 'diligent', 'dreaming', 'eager',
	'earnest', 'easygoing', 'eloquent', 'epic', 'fair', 'faithful', 'fearless', 'festive', 'fond', 'frank', 'friendly', 'gallant', 'generous',
	'gentle', 'genuine', 'gifted', 'glad', 'gleaming', 'graceful', 'grateful', 'hardy', 'hearty', 'honest', 'humble', 'ingenious', 'inspired',
	'intrepid', 'jaunty', 'joyful', 'jubilant', 'keen', 'kind', 'lively', 'loyal', 'lucid', 'lucky', 'mellow', 'merry', 'mindful', 'neat',
	'nimble', 'noble', 'optimistic', 'patient', 'peaceful', 'playful', 'polite', 'proud', 'prudent', 'quiet', 'quick', 'radiant', 'relaxed',
	'resolute', 'sincere', 'sparkling', 'spirited', 'steady', 'sunny', 'tactful', 'thoughtful', 'tidy', 'tranquil', 'upbeat', 'valiant', 'vivid',
	'warm', 'watchful', 'witty', 'wise', 'zealous', 'zesty',
] as const;

export const discoverers = [
	'abel', 'agnesi', 'ampere', 'anning', 'arrhenius', 'avogadro', 'backus', 'banneker', 'becquerel', 'bernoulli', 'bessel', 'boole', 'boyle',
	'brahe', 'cantor', 'carnot', 'cauchy', 'cavendish', 'celsius', 'cerf', 'chatelet', 'church', 'clarke', 'codd', 'copernicus', 'coulomb',
	'daguerre', 'dalton', 'debye', 'dirac', 'doppler', 'dyson', 'eckert', 'edison', 'erdos', 'euler', 'faraday', 'fibonacci', 'floyd', 'foucault',
	'fourier', 'fraunhofer', 'fresnel', 'galois', 'galvani', 'gauss', 'germain', 'gibbs', 'godel', 'goldbach', 'hamming', 'harvey', 'herschel',
	'hertz', 'hilbert', 'hoare', 'hollerith', 'hooke', 'hubble', 'huffman', 'humboldt', 'huygens', 'jacobi', 'jenner', 'joule', 'kepler',
	'kernighan', 'kolmogorov', 'lagrange', 'lamport', 'laplace', 'lavoisier', 'leeuwenhoek', 'leibniz', 'linnaeus', 'lorenz', 'markov', 'maxwell',
	'mendel', 'mendeleev', 'michelson', 'millikan', 'minsky', 'mirzakhani', 'mobius', 'napier', 'naur', 'newton', 'noether', 'nygaard', 'oersted',
	'ohm', 'pascal', 'pasteur', 'pauli', 'pavlov', 'perlman', 'planck', 'poincare', 'poisson', 'priestley', 'ptolemy', 'ramanujan', 'raman',
	'rayleigh', 'riemann', 'ritchie', 'rontgen', 'rubin', 'rutherford', 'sagan', 'schrodinger', 'shannon', 'somerville', 'stallman', 'stokes',
	'tesla', 'thales', 'thompson', 'torricelli', 'torvalds', 'turing', 'venn', 'vesalius', 'volta', 'wallace', 'watt', 'wegener', 'wiles', 'wirth',
	'wu', 'young', 'yukawa', 'zeeman', 'zuse',
] as const;
