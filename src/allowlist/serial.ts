/**
 * What firmware says where no serial number was ever written, lower-cased, inner blanks single. Collected from
 * SMBIOS tables in the wild: each of these stands on very many machines.
 */
const vendorDefaults: ReadonlySet<string> = new Set([
  "to be filled by o.e.m.",
  "to be filled by o.e.m",
  "to be filled by oem",
  "tobefilledbyo.e.m.",
  "default string",
  "default_string",
  "system serial number",
  "system serial",
  "chassis serial number",
  "base board serial number",
  "serial number",
  "serialnumber",
  "serial",
  "sn",
  "s/n",
  "not specified",
  "not available",
  "not applicable",
  "not present",
  "not provided",
  "not defined",
  "not set",
  "unspecified",
  "unavailable",
  "undefined",
  "unknown",
  "unknow",
  "invalid",
  "empty",
  "blank",
  "none",
  "null",
  "nil",
  "n/a",
  "na",
  "n.a.",
  "o.e.m.",
  "oem",
  "oem_serial",
  "no asset tag",
  "asset-1234567890",
  "type2 - board serial number",
  "system product name",
  "123456789",
  "1234567890",
  "0123456789",
  "123456",
  "12345678",
  "012345678",
  "01234567",
  "parallels",
  "vmware",
  "virtual machine",
]);

/** What stands between the characters of a serial without telling anything. */
const blanks: ReadonlySet<string> = new Set(" \t.,_:/-");

/**
 * Whether a serial number can tell one device from another: false for a blank one, for what vendors leave as a
 * default (`To Be Filled By O.E.M.`, whatever the case), and for one character again and again, blanks and dashes
 * aside (`00000000`, `XXXX`, `0`, `----`). Hardware ids are held against the same rule.
 */
export function isUsableSerial(text: string): boolean {
  const plain = text.trim().toLowerCase();
  if (vendorDefaults.has(/\s/u.test(plain) ? plain.replace(/\s+/gu, " ") : plain)) return false;
  let first: string | undefined;
  for (const character of plain) {
    if (blanks.has(character)) continue;
    first ??= character;
    if (character !== first) return true;
  }
  return false;
}
