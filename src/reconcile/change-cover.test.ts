import { changeSteps, entries } from "../../test/support/change-steps.js";

const told = (what: string) => `widened: serial "SN-d1" of ann@example.com is widened by the change: ${what}`;
const d1 = (keys: string) => entries(`{ serial: SN-d1, ${keys} }`);
const model = (wanted: string) => d1(`requires: { model: "${wanted}" }`);

changeSteps("names", [
  {
    name: "a glob for a name; and a name that the glob covered",
    before: entries("{ name: ANN, trustName: told }"),
    after: entries('{ nameGlob: "AN*", trustName: told }'),
    tells: ['widened: nameGlob "AN*" of ann@example.com is less specific than name "ANN" before the change'],
    back: [],
  },
  {
    name: "a name that the glob did not cover",
    before: entries('{ nameGlob: "AN*", trustName: told }'),
    after: entries("{ name: BOB, trustName: told }"),
    tells: ['widened: name "BOB" of ann@example.com is new'],
    back: ['widened: nameGlob "AN*" of ann@example.com is new'],
  },
  {
    name: "another glob, which nobody compares with the first",
    before: entries('{ nameGlob: "AN*", trustName: told }'),
    after: entries('{ nameGlob: "ANN*", trustName: told }'),
    tells: ['widened: nameGlob "ANN*" of ann@example.com is new'],
    back: ['widened: nameGlob "AN*" of ann@example.com is new'],
  },
  {
    name: "a glob besides; and the glob is dropped",
    before: entries("serial: SN-d1"),
    after: entries('{ serial: SN-d1, nameGlob: "AN*" }'),
    tells: [],
    back: [/^widened: serial "SN-d1" of ann@example.com is less specific than serial "SN-d1" and nameGlob/],
  },
  {
    name: "a serial besides the same glob",
    before: entries('{ nameGlob: "AN*", trustName: told }'),
    after: entries('{ serial: SN-d1, nameGlob: "AN*" }'),
    tells: [],
    back: [/^widened: nameGlob "AN\*" of ann@example.com is less specific than serial "SN-d1" and nameGlob/],
  },
  {
    name: "whatever name it has, it may be any device",
    before: entries('{ nameGlob: "*", trustName: told }'),
    after: entries("serial: SN-d1"),
    tells: [],
    back: [/^widened: nameGlob "\*" of ann@example.com is less specific than serial "SN-d1"/],
  },
  {
    name: "any name, and another serial",
    before: entries('{ serial: SN-d1, nameGlob: "*" }'),
    after: entries('{ serial: SN-d9, nameGlob: "*" }'),
    tells: ['widened: serial "SN-d9" and nameGlob "*" of ann@example.com is new'],
  },
]);

changeSteps("days", [
  {
    name: "the same days and conditions, with a note",
    before: d1(
      'from: 2026-05-10, expires: 2026-07-01, requires: { platform: mac, model: "Mac*", minClientVersion: 2025.10.1 }',
    ),
    after: d1(
      'from: 2026-05-10, expires: 2026-07-01, requires: { platform: mac, model: "Mac*", minClientVersion: 2025.10.1 }, note: hers',
    ),
    tells: [],
    back: [],
  },
  {
    name: "a later last day; and an earlier one",
    before: d1("expires: 2026-07-01"),
    after: d1("expires: 2026-07-02"),
    tells: [told("it expires after 2026-07-02 (before: after 2026-07-01)")],
    back: [],
  },
  {
    name: "no last day any more; and one",
    before: d1("expires: 2026-07-01"),
    after: entries("serial: SN-d1"),
    tells: [told("it does not expire any more (before: after 2026-07-01)")],
    back: [],
  },
  {
    name: "an earlier first day; and a later one",
    before: d1("from: 2026-05-10"),
    after: d1("from: 2026-05-09"),
    tells: [told("it speaks from 2026-05-09 on (before: from 2026-05-10 on)")],
    back: [],
  },
  {
    name: "no first day any more; and one",
    before: d1("from: 2026-05-10"),
    after: entries("serial: SN-d1"),
    tells: [told("it speaks from the beginning on (before: from 2026-05-10 on)")],
    back: [],
  },
  {
    name: "other days, which are told both ways by what they add",
    before: d1("from: 2026-05-10, expires: 2026-07-01"),
    after: d1("from: 2026-05-20, expires: 2026-08-01"),
    tells: [told("it expires after 2026-08-01 (before: after 2026-07-01)")],
    back: [told("it speaks from 2026-05-10 on (before: from 2026-05-20 on)")],
  },
]);

changeSteps("conditions", [
  {
    name: "they go altogether; and come",
    before: d1('requires: { platform: mac, model: "Mac*", minClientVersion: 2025.10.1 }'),
    after: entries("serial: SN-d1"),
    tells: [
      told(
        "platform is not required any more (before: mac), model is not required any more (before: Mac*), minClientVersion is not required any more (before: 2025.10.1)",
      ),
    ],
    back: [],
  },
  {
    name: "one goes, one asks for less",
    before: d1("requires: { platform: mac, minClientVersion: 2025.10.1 }"),
    after: d1("requires: { minClientVersion: 2025.9.30 }"),
    tells: [
      told(
        "platform is not required any more (before: mac), requires minClientVersion 2025.9.30 (before: 2025.10.1)",
      ),
    ],
    back: [],
  },
  {
    name: "another platform lets in what the first did not",
    before: d1("requires: { platform: mac }"),
    after: d1("requires: { platform: windows }"),
    tells: [told("requires platform windows (before: mac)")],
    back: [told("requires platform mac (before: windows)")],
  },
  {
    name: "every model that a glob matches; and one of them",
    before: model("MacBookPro"),
    after: model("MacBook*"),
    tells: [told("requires model MacBook* (before: MacBookPro)")],
    back: [],
  },
  {
    name: "a model that the glob did not match",
    before: model("MacBook*"),
    after: model("Surface"),
    tells: [told("requires model Surface (before: MacBook*)")],
    back: [told("requires model MacBook* (before: Surface)")],
  },
  {
    name: "a glob that another would match as text, and that reaches further",
    before: model("MacBook?"),
    after: model("MacBook*"),
    tells: [told("requires model MacBook* (before: MacBook?)")],
  },
  {
    name: "a question mark reaches further than a letter",
    before: model("MacBook?*"),
    after: model("MacBook?"),
    tells: [told("requires model MacBook? (before: MacBook?*)")],
  },
]);
