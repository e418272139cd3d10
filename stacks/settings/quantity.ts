const powers: Readonly<Record<string, number>> = {
  "": 1,
  k: 1e3,
  M: 1e6,
  G: 1e9,
  T: 1e12,
  P: 1e15,
  Ki: 2 ** 10,
  Mi: 2 ** 20,
  Gi: 2 ** 30,
  Ti: 2 ** 40,
  Pi: 2 ** 50,
};

/** The bytes of a quantity such as `10Gi`, as Kubernetes writes them; undefined for anything else. */
export function bytes(quantity: string): number | undefined {
  const [, number = "", unit = ""] = /^(\d{1,15}(?:\.\d{1,3})?)([KMGTP]i|[kMGTP]|)$/.exec(quantity) ?? [];
  const power = powers[unit];
  return number === "" || power === undefined ? undefined : Number(number) * power;
}

/** The thousandths of a processor in a quantity such as `500m` or `1.5`; undefined for anything else. */
export function millicores(quantity: string): number | undefined {
  const [, number = "", unit = ""] = /^(\d{1,6}(?:\.\d{1,3})?)(m|)$/.exec(quantity) ?? [];
  if (number === "" || (unit === "m" && number.includes("."))) return undefined;
  return unit === "m" ? Number(number) : Math.round(Number(number) * 1000);
}

/** The quantity that somebody who wrote another unit probably meant: `10 GB` is `10G`, `256mi` is `256Mi`. */
export function probablyMeant(quantity: string): string | undefined {
  const [, number = "", unit = "", binary = ""] =
    /^(\d+(?:\.\d{1,3})?)\s*([kmgtp])(i?)(?:b|bytes?)?$/i.exec(quantity.trim()) ?? [];
  if (number === "") return undefined;
  const letter = unit.toLowerCase() === "k" && binary === "" ? "k" : unit.toUpperCase();
  return `${number}${letter}${binary.toLowerCase()}`;
}
