import { invalidRequest } from "./access-errors.js";
import type { NumberedInfo } from "./envelope.js";
import type { Entry } from "./listing.js";
import type { Settings } from "./settings.js";

/** One page of a view whose pages have numbers. */
export interface NumberedPage<T> {
  readonly records: readonly T[];
  readonly info: NumberedInfo;
}

/** The page that the parameters `per_page` and `page` ask for; past the end it is empty. `all`: without filters. */
export function numberedPageOf<T>(
  view: readonly Entry<T>[],
  all: number,
  params: URLSearchParams,
  settings: Settings,
): NumberedPage<T> {
  const perPage = numberedPerPage(params, settings);
  const page = wholeNumber(params, "page") ?? 1;
  const entries = view.slice((page - 1) * perPage, page * perPage);
  const total = settings.user_total_count === "unfiltered" ? all : view.length;
  return {
    records: entries.flatMap(({ row }) => (row.listed === undefined ? [] : [row.listed])),
    info: {
      count: entries.length,
      page,
      per_page: perPage,
      ...(settings.user_total_count === "left-out" ? {} : { total_count: total }),
      ...(settings.user_total_pages === "left-out" ? {} : { total_pages: Math.ceil(view.length / perPage) }),
    },
  };
}

function wholeNumber(params: URLSearchParams, name: string): number | undefined {
  const value = params.get(name);
  if (value === null) return undefined;
  const read = /^\d{1,15}$/.test(value) ? Number(value) : 0;
  if (read < 1) throw invalidRequest(`${name}: expected a whole number from 1 on, got "${value}"`);
  return read;
}

function numberedPerPage(params: URLSearchParams, settings: Settings): number {
  const most = settings.user_per_page_maximum;
  const asked = wholeNumber(params, "per_page") ?? most;
  if (asked <= most) return asked;
  if (settings.per_page_over_maximum === "clamped") return most;
  throw invalidRequest(`per_page: at most ${most}, got ${asked}`);
}
