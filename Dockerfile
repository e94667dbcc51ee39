# syntax=docker/dockerfile:1
FROM rust:1.95-bookworm AS build
# TLS towards PostgreSQL builds OpenSSL, which needs perl and make; aws-lc needs cmake.
RUN apt-get update && apt-get install -y --no-install-recommends perl make cmake && rm -rf /var/lib/apt/lists/*
WORKDIR /src
COPY . .
RUN cargo build --release --locked --features postgres-tls

FROM debian:bookworm-slim
RUN useradd --uid 10001 --no-create-home --home-dir /data --shell /usr/sbin/nologin chapelle \
 && install -d -o chapelle -g chapelle /data
COPY --from=build /src/target/release/chapelle /usr/local/bin/chapelle
USER chapelle
VOLUME /data
EXPOSE 8080
ENV CHAPELLE_SERVER__LISTEN=0.0.0.0:8080
HEALTHCHECK --interval=30s --timeout=5s --start-period=10s CMD ["chapelle", "health", "--data-dir", "/data"]
ENTRYPOINT ["chapelle"]
CMD ["serve", "--data-dir", "/data"]
