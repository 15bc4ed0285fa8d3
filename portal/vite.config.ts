import { reactRouter } from '@react-router/dev/vite'
import { defineConfig } from 'vite'

export default defineConfig({
  root: import.meta.dirname,
  plugins: [reactRouter()],
  worker: { format: 'es' },
  build: { chunkSizeWarningLimit: 1200 },
  // Bundled into the server build: their package entries load every icon and every component.
  ssr: { noExternal: ['@tabler/icons-react', /^@mantine\//] },
  optimizeDeps: {
    // Pre-bundling moves Cornerstone's worker away from the address it is made from; its promises then never settle.
    exclude: ['@cornerstonejs/core'],
    include: [
      '@cornerstonejs/core > loglevel',
      '@cornerstonejs/metadata > dcmjs',
      '@kitware/vtk.js > fast-deep-equal',
      '@kitware/vtk.js > seedrandom',
      '@kitware/vtk.js > spark-md5',
      '@kitware/vtk.js > xmlbuilder2',
      'events',
      'url',
    ],
  },
})
