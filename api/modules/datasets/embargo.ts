/** Embargoes of datasets: their day, its change, and their end. */
import { Op, type Transaction } from 'sequelize'
import type { Context } from '#api/context.ts'
import { stateOf } from '#api/access/bytes.ts'
import { isCurator, system, type Caller } from '#api/access/caller.ts'
import { demand } from '#api/access/rights.ts'
import { Dataset as Row } from '#api/db/models.ts'
import { AppError, invalidField } from '#api/errors.ts'
import { getDataset } from './read.ts'
import { note, ownRow, saveNext } from './rows.ts'

const longestEmbargoYears = 5

/** @throws AppError invalid unless the day is after today, and not too far */
export function futureDay(day: string): string {
  const latest = new Date()
  latest.setUTCFullYear(latest.getUTCFullYear() + longestEmbargoYears)
  if (new Date(day) <= new Date() || new Date(day) > latest) {
    const message = `An embargo ends after today and within ${longestEmbargoYears} years. Choose another day, or none.`
    throw invalidField('/embargoUntil', message, day)
  }
  return day
}

/**
 * Moves the end of an embargo, or ends it now.
 * @param until YYYY-MM-DD; null: open at once
 * @throws AppError conflict when the dataset is under none
 */
export async function changeEmbargo(ctx: Context, caller: Caller, id: string, until: string | null) {
  await ctx.db.write(async (t) => {
    const row = await ownRow(caller, id, t)
    if (!isCurator(caller)) demand(caller, 'publish', row.projectId)
    if (stateOf(row) !== 'embargoed') {
      throw new AppError('conflict', `Only an embargoed dataset has a day to change; this one is ${stateOf(row)}.`)
    }
    if (until === null) await open(caller, row, t)
    else {
      row.embargoUntil = new Date(futureDay(until))
      await saveNext(row, t)
      await note(t, caller, row, 'embargo')
    }
  })
  return getDataset(ctx, caller, id)
}

async function open(caller: Caller, row: Row, t: Transaction): Promise<void> {
  row.state = 'published'
  row.embargoUntil = null
  row.publishedAt = new Date()
  await saveNext(row, t)
  await note(t, caller, row, 'publish')
}

/** Opens what waited for its day. @returns how many were opened */
export async function openEmbargoes(ctx: Context, now = new Date()): Promise<number> {
  const due = await Row.findAll({ attributes: ['id'], where: { state: 'submitted', embargoUntil: { [Op.lte]: now } } })
  for (const { id } of due) {
    await ctx.db.write(async (t) => {
      const row = await Row.findOne({ where: { id }, transaction: t, lock: t.LOCK.UPDATE })
      // Another process may have opened it, or a person moved the day.
      if (row && stateOf(row) === 'embargoed' && row.embargoUntil && row.embargoUntil <= now) await open(system, row, t)
    })
  }
  return due.length
}
