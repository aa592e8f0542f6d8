// ends: cleared at once, though hasRef() stays true
'use strict';

exports.handler = () => {
  clearTimeout(setTimeout(() => {}, 3600000));
};
