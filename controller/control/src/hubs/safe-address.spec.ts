import { describe, expect, it } from 'vitest';
import { isAddressAllowed } from './safe-address.js';

describe('addresses', () => {
  it.each(['93.184.216.34', '2606:2800:220:1:248:1893:25c8:1946'])('%s may be reached by anybody', (address) => expect([isAddressAllowed(address, false), isAddressAllowed(address, true)]).toEqual([true, true]));
  it.each(['127.0.0.1', '10.1.2.3', '172.31.255.255', '192.168.1.1', '100.64.0.1', '::1', 'fd12::1', '::ffff:127.0.0.1', '::ffff:10.0.0.1', '64:ff9b::a00:1'])(
    '%s only where it was named', (address) => expect([isAddressAllowed(address, false), isAddressAllowed(address, true)]).toEqual([false, true]),
  );
  it.each(['169.254.169.254', '::ffff:169.254.169.254', 'fd00:ec2::254', '0.0.0.0', '224.0.0.1', '255.255.255.255', 'fe80::1', 'ff02::1', '::', 'nonsense'])(
    '%s never', (address) => expect([isAddressAllowed(address, false), isAddressAllowed(address, true)]).toEqual([false, false]),
  );
});
