// What every load script takes from the environment, checked before the first request. Which rates and
// durations a script has is its own business.

/** A whole number of at least `least` from the environment, or the default. */
export function wholeNumber(name, fallback, least = 1) {
  const text = __ENV[name];
  if (text === undefined || text === '') {
    return fallback;
  }
  const number = Number(text);
  if (!Number.isSafeInteger(number) || number < least) {
    throw new Error(`${name} must be a whole number of at least ${least}; it is "${text}"`);
  }
  return number;
}

/** Where the service is, with its path prefix if it has one, without a slash at the end. */
export const BASE_URL = (__ENV.BASE_URL || 'http://127.0.0.1:3000').replace(/\/+$/, '');

/** Products have the ids 1 to this. The default is the size of the shop of `atelier serve --demo`. */
export const PRODUCTS = wholeNumber('PRODUCTS', 5000, 10);

/** The columns of the summary. */
export const TREND_STATS = ['avg', 'med', 'p(95)', 'p(99)', 'max'];

/** The labels that are kept of each sample: the fewer, the less k6 itself costs. */
export const SYSTEM_TAGS = ['status', 'name', 'scenario', 'expected_response', 'error_code'];

/** A random whole number, both ends included. */
export function between(first, last) {
  return first + Math.floor(Math.random() * (last - first + 1));
}
