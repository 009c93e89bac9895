/** A certificate for a name, signed by itself, made for the occasion: no private key stands in this repository. */

import { generateKeyPairSync, sign } from "node:crypto";

interface Certificate {
  /** PEM. */
  readonly cert: string;
  /** PEM. */
  readonly key: string;
}

/** One value in DER: tag, length, content. */
function der(tag: number, ...parts: readonly Buffer[]): Buffer {
  const content = Buffer.concat(parts);
  const { length } = content;
  const long = length > 0xff ? [0x82, length >> 8, length & 0xff] : [0x81, length];
  return Buffer.concat([Buffer.from([tag, ...(length < 0x80 ? [length] : long)]), content]);
}

const sequence = (...parts: readonly Buffer[]) => der(0x30, ...parts);
const oid = (hex: string) => der(0x06, Buffer.from(hex, "hex"));
const time = (year: number) => der(0x18, Buffer.from(`${year}0101000000Z`));
const ECDSA_WITH_SHA256 = sequence(oid("2a8648ce3d040302"));
const [COMMON_NAME, ALT_NAMES, CONSTRAINTS] = ["550403", "551d11", "551d13"] as const;

/** For a TLS server of that name; trusted where `NODE_EXTRA_CA_CERTS` names a file with it. */
export function certificateFor(name: string): Certificate {
  const { publicKey, privateKey } = generateKeyPairSync("ec", { namedCurve: "P-256" });
  const subject = sequence(der(0x31, sequence(oid(COMMON_NAME), der(0x0c, Buffer.from(name)))));
  const extension = (id: string, value: Buffer) => sequence(oid(id), der(0x04, value));
  const signed = sequence(
    der(0xa0, der(0x02, Buffer.from([2]))),
    der(0x02, Buffer.from([1])),
    ECDSA_WITH_SHA256,
    subject,
    sequence(time(2020), time(2099)),
    subject,
    publicKey.export({ type: "spki", format: "der" }),
    der(
      0xa3,
      sequence(
        extension(ALT_NAMES, sequence(der(0x82, Buffer.from(name)))),
        extension(CONSTRAINTS, sequence(der(0x01, Buffer.from([0xff])))),
      ),
    ),
  );
  const signature = der(0x03, Buffer.from([0]), sign("sha256", signed, privateKey));
  const body = sequence(signed, ECDSA_WITH_SHA256, signature).toString("base64");
  const lines = body.match(/.{1,64}/gu) ?? [];
  return {
    cert: ["-----BEGIN CERTIFICATE-----", ...lines, "-----END CERTIFICATE-----", ""].join("\n"),
    key: privateKey.export({ type: "pkcs8", format: "pem" }).toString(),
  };
}
