/** Column types that read and write the same on SQLite and MariaDB. */
import { DataTypes, type ModelAttributeColumnOptions } from 'sequelize'

/** An opaque identifier (ULID). */
export const idColumn = (more: Partial<ModelAttributeColumnOptions> = {}): ModelAttributeColumnOptions => ({
  type: DataTypes.CHAR(26),
  ...more,
})

/** An instant in milliseconds, as a Date. */
export const instantColumn = (more: Partial<ModelAttributeColumnOptions> = {}): ModelAttributeColumnOptions => ({
  type: DataTypes.DATE(3),
  ...more,
})

/** A count of bytes: BIGINT in the database (which MariaDB's driver reads as text), a checked safe integer in code. */
export const bytesColumn = (name: string): ModelAttributeColumnOptions => ({
  type: DataTypes.BIGINT,
  allowNull: false,
  get() {
    const held = this.getDataValue(name) as string | number | null | undefined
    if (held === null || held === undefined) return held
    const value = Number(held)
    if (!Number.isSafeInteger(value)) throw new RangeError(`${name} is beyond 2^53`)
    return value
  },
})

/** JSON kept as text, encoded here so that both databases hold the same characters. */
export const jsonColumn = (
  name: string,
  more: Partial<ModelAttributeColumnOptions> = {},
): ModelAttributeColumnOptions => ({
  type: DataTypes.TEXT('long'),
  ...more,
  get() {
    const held = this.getDataValue(name) as string | null
    return held === null || held === undefined ? null : JSON.parse(held)
  },
  set(value: unknown) {
    this.setDataValue(name, value === null || value === undefined ? null : JSON.stringify(value))
  },
})
