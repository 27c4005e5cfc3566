-- Who people are. The tables are better-auth's (its names are mapped in src/accounts/better-auth.ts, and a test
-- holds the two together); it alone writes them, but for the operator's account, made at the start.
create table users (
  id text collate "C" primary key,
  name text not null,
  -- better-auth looks addresses up in lower case.
  email text not null unique check (email = lower(email)),
  email_verified boolean not null default false,
  image text,
  role text not null default 'fan' check (role in ('fan', 'operator')),
  created_at timestamptz not null default now(),
  updated_at timestamptz not null default now()
);

-- Asked by token on every request that comes with a session; ended by deleting the row.
create table sessions (
  id text collate "C" primary key,
  token text collate "C" not null unique,
  user_id text collate "C" not null references users (id) on delete cascade,
  expires_at timestamptz not null,
  ip_address text,
  user_agent text,
  created_at timestamptz not null default now(),
  updated_at timestamptz not null default now()
);
create index sessions_by_user on sessions (user_id);
create index sessions_by_end on sessions (expires_at);

-- How a user can sign in: with a password (provider 'credential'), or through another provider.
create table accounts (
  id text collate "C" primary key,
  account_id text not null,
  provider_id text not null,
  user_id text collate "C" not null references users (id) on delete cascade,
  access_token text,
  refresh_token text,
  id_token text,
  access_token_expires_at timestamptz,
  refresh_token_expires_at timestamptz,
  scope text,
  password text,
  created_at timestamptz not null default now(),
  updated_at timestamptz not null default now(),
  unique (provider_id, account_id)
);
create index accounts_by_user on accounts (user_id);

-- Short-lived secrets of log-ins through other providers.
create table verifications (
  id text collate "C" primary key,
  identifier text not null,
  value text not null,
  expires_at timestamptz not null,
  created_at timestamptz not null default now(),
  updated_at timestamptz not null default now()
);
create index verifications_by_identifier on verifications (identifier);
