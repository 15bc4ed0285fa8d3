# Two stages: install and build with a toolchain, run without one and without privileges.
FROM node:24-bookworm AS build
WORKDIR /app
COPY package.json package-lock.json .npmrc ./
RUN npm ci
COPY . .
RUN npm run build && npm prune --omit=dev

FROM node:24-bookworm-slim
ENV NODE_ENV=production
WORKDIR /app
RUN groupadd --gid 10001 vivarchive \
 && useradd --uid 10001 --gid 10001 --no-create-home --shell /usr/sbin/nologin vivarchive \
 && install -d -o vivarchive -g vivarchive /data
COPY --from=build --chown=root:root /app /app
USER 10001:10001
ENV HOST=0.0.0.0 PORT=8080 VIVARCHIVE_DATA=/data VIVARCHIVE_DEMO=0
VOLUME /data
EXPOSE 8080
HEALTHCHECK --interval=10s --timeout=5s --start-period=30s --retries=6 CMD ["node", "api/cli.ts", "healthy"]
CMD ["api/cli.ts", "start"]
