// What scripts/test-page runs: node main.js ADDRESS PREFIXED_ADDRESS FOLDER_FOR_PICTURES
// [--accept]. One browser for all tests, which are in the files named here, in this order.
'use strict';

const { after, before } = require('node:test');
const shop = require('./shop.js');

before(shop.open);
after(shop.close);

require('./shows.js');
require('./follows.js');
require('./reaches.js');
require('./tries.js');
require('./demo.js');
require('./looks.js');
