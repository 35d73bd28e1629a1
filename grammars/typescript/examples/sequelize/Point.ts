export enum Unit {
  Meter = "m",
}
export class Point {
  save() {}
}
