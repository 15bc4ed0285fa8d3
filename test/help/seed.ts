/** Property tests take the same cases in every run; VIVARCHIVE_TEST_SEED=random looks for new ones. */
import fc from 'fast-check'

const given = process.env.VIVARCHIVE_TEST_SEED
if (given !== 'random') fc.configureGlobal({ seed: Number(given ?? 20261123) })
