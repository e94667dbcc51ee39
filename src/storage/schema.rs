//! The tables, once for both engines: names and columns are the same in `migrations/sqlite` and `migrations/postgres`.
//! Written by hand (a generated one would name one engine's types).

diesel::table! {
    facility (id) {
        id -> BigInt,
        code -> Text,
        name -> Text,
        address -> Text,
        zone -> Text,
        facility_energy_meters -> Text,
        it_energy_meters -> Text,
    }
}

diesel::table! {
    seller (id) {
        id -> BigInt,
        name -> Text,
        address -> Text,
        siret -> Text,
        vat_number -> Text,
        email -> Text,
        phone -> Nullable<Text>,
        iban -> Text,
        bic -> Text,
        account_holder -> Nullable<Text>,
        number_prefix -> Text,
        legal -> Text,
        version -> BigInt,
    }
}

diesel::table! {
    book_edit (revision) {
        revision -> BigInt,
        kind -> Text,
        code -> Text,
        edited_by -> Text,
        edited_at -> BigInt,
    }
}

diesel::table! {
    room (id) {
        id -> BigInt,
        code -> Text,
        name -> Text,
    }
}

diesel::table! {
    aisle (id) {
        id -> BigInt,
        room_id -> BigInt,
        position -> BigInt,
        code -> Text,
        name -> Text,
    }
}

diesel::table! {
    rack (id) {
        id -> BigInt,
        aisle_id -> BigInt,
        position -> BigInt,
        code -> Text,
        height_u -> BigInt,
        feed_rated_kw_micro -> BigInt,
    }
}

diesel::table! {
    meter (id) {
        id -> BigInt,
        code -> Text,
        register -> Text,
        rack_id -> Nullable<BigInt>,
        feed -> Nullable<Text>,
        modulus_micro -> Nullable<BigInt>,
        tolerance_seconds -> BigInt,
        installed_at -> BigInt,
        removed_at -> Nullable<BigInt>,
    }
}

diesel::table! {
    meter_reset (meter_id, position) {
        meter_id -> BigInt,
        position -> BigInt,
        at -> BigInt,
        final_index_micro -> Nullable<BigInt>,
        new_index_micro -> BigInt,
    }
}

diesel::table! {
    tenant (id) {
        id -> BigInt,
        code -> Text,
        name -> Text,
        address -> Text,
        siret -> Text,
        vat_number -> Nullable<Text>,
        payment_term_class -> Text,
        language -> Text,
        internal -> Bool,
        service_code -> Nullable<Text>,
        version -> BigInt,
        chorus_requires -> Text,
    }
}

diesel::table! {
    tenant_contact (tenant_id, position) {
        tenant_id -> BigInt,
        position -> BigInt,
        name -> Text,
        email -> Text,
    }
}

diesel::table! {
    price_index (id) {
        id -> BigInt,
        code -> Text,
        name -> Text,
    }
}

diesel::table! {
    price_index_value (price_index_id, position) {
        price_index_id -> BigInt,
        position -> BigInt,
        month -> Text,
        value_micro -> BigInt,
    }
}

diesel::table! {
    tariff (id) {
        id -> BigInt,
        code -> Text,
        name -> Text,
        unit -> Text,
        version -> BigInt,
    }
}

diesel::table! {
    tariff_version (tariff_id, position) {
        tariff_id -> BigInt,
        position -> BigInt,
        valid_from -> Text,
        price -> Text,
    }
}

diesel::table! {
    contract (id) {
        id -> BigInt,
        code -> Text,
        tenant_id -> BigInt,
        title -> Text,
        valid_from -> Text,
        valid_to -> Nullable<Text>,
        signed_on -> Nullable<Text>,
        engagement -> Nullable<Text>,
        market -> Nullable<Text>,
        proration -> Text,
        indexation -> Nullable<Text>,
        version -> BigInt,
        notice_months -> Nullable<BigInt>,
    }
}

diesel::table! {
    contract_line (id) {
        id -> BigInt,
        contract_id -> BigInt,
        position -> BigInt,
        code -> Text,
        service -> Text,
        designation_fr -> Text,
        designation_en -> Text,
        valid_from -> Text,
        valid_to -> Nullable<Text>,
        tariff_id -> BigInt,
        fixed_quantity_micro -> Nullable<BigInt>,
        measure -> Nullable<Text>,
        pue -> Nullable<Text>,
        gap_policy -> Nullable<Text>,
        vat -> Text,
        racks -> Text,
        service_level -> Nullable<Text>,
    }
}

diesel::table! {
    meter_assignment (contract_line_id, position) {
        contract_line_id -> BigInt,
        position -> BigInt,
        meter_id -> BigInt,
        measure -> Text,
        valid_from -> Text,
        valid_to -> Nullable<Text>,
    }
}

diesel::table! {
    fixed_asset (id) {
        id -> BigInt,
        code -> Text,
        name -> Text,
        cost_cents -> BigInt,
        account -> Text,
        commissioned_on -> Nullable<Text>,
        commissioning_evidence -> Nullable<Text>,
        duration_decision -> Nullable<Text>,
        subsidy_cents -> BigInt,
        record -> Text,
    }
}

diesel::table! {
    asset_component (asset_id, position) {
        asset_id -> BigInt,
        position -> BigInt,
        code -> Text,
        name -> Text,
        cost_cents -> BigInt,
        residual_value_cents -> BigInt,
        duration_years -> BigInt,
        method -> Text,
        commissioned_on -> Nullable<Text>,
        account -> Nullable<Text>,
        duration_decision -> Nullable<Text>,
    }
}

diesel::table! {
    book_revision (id) {
        id -> BigInt,
        revision -> BigInt,
    }
}

diesel::table! {
    invoice_revision (id) {
        id -> BigInt,
        revision -> BigInt,
    }
}

diesel::table! {
    reading (ts, meter_id) {
        ts -> BigInt,
        meter_id -> BigInt,
        value_micro -> BigInt,
        source_id -> Integer,
        quality -> SmallInt,
    }
}

diesel::table! {
    reading_source (id) {
        id -> Integer,
        name -> Text,
    }
}

diesel::table! {
    reading_correction (id) {
        id -> BigInt,
        meter_id -> BigInt,
        ts -> BigInt,
        old_value_micro -> Nullable<BigInt>,
        value_micro -> BigInt,
        reason -> Text,
        recorded_at -> BigInt,
    }
}

diesel::table! {
    meter_month (meter_id, month_index) {
        meter_id -> BigInt,
        month_index -> BigInt,
    }
}

diesel::table! {
    billing_horizon (id) {
        id -> BigInt,
        billed_through -> Text,
        billed_until -> BigInt,
    }
}

diesel::table! {
    late_change (meter_id, month) {
        meter_id -> BigInt,
        month -> Text,
        revision -> BigInt,
        changed_at -> BigInt,
    }
}

diesel::table! {
    reading_batch (idempotency_key) {
        idempotency_key -> Text,
        body_sha256 -> Text,
        response -> Text,
        created_at -> BigInt,
    }
}

diesel::table! {
    invoice (id) {
        id -> BigInt,
        tenant_id -> BigInt,
        contract_id -> BigInt,
        month -> Text,
        kind -> Text,
        status -> Text,
        number -> Nullable<Text>,
        series -> Nullable<Text>,
        year -> Nullable<BigInt>,
        position -> Nullable<BigInt>,
        issue_date -> Nullable<Text>,
        due_date -> Nullable<Text>,
        net_cents -> BigInt,
        tax_cents -> BigInt,
        gross_cents -> BigInt,
        content -> Text,
        content_sha256 -> Text,
        created_at -> BigInt,
        issued_at -> Nullable<BigInt>,
    }
}

diesel::table! {
    invoice_reference (reference, invoice_id) {
        reference -> Text,
        invoice_id -> BigInt,
    }
}

diesel::table! {
    invoice_line (invoice_id, position) {
        invoice_id -> BigInt,
        position -> BigInt,
        line_code -> Text,
        service -> Text,
        kind -> Text,
        regards_month -> Text,
        period_from -> Text,
        period_to -> Nullable<Text>,
        quantity_ten_thousandths -> BigInt,
        unit -> Text,
        unit_price_micro -> BigInt,
        net_cents -> BigInt,
    }
}

diesel::table! {
    number_series (series, year) {
        series -> Text,
        year -> BigInt,
        next -> BigInt,
    }
}

diesel::table! {
    invoice_archive (invoice_id, kind) {
        invoice_id -> BigInt,
        kind -> Text,
        path -> Text,
        sha256 -> Text,
        bytes -> BigInt,
        created_at -> BigInt,
    }
}

diesel::table! {
    journal_entry (id) {
        id -> BigInt,
        journal -> Text,
        document -> Text,
        entry_date -> Text,
        label -> Text,
        posted_at -> BigInt,
    }
}

diesel::table! {
    journal_line (journal, document, position) {
        journal -> Text,
        document -> Text,
        position -> BigInt,
        account -> Text,
        auxiliary -> Nullable<Text>,
        label -> Text,
        debit_cents -> BigInt,
        credit_cents -> BigInt,
    }
}

diesel::table! {
    accounting (id) {
        id -> BigInt,
        chart -> Text,
        accounts -> Text,
        names -> Text,
        reference_rates -> Text,
    }
}

diesel::table! {
    entry_series (fiscal_year, series) {
        fiscal_year -> BigInt,
        series -> Text,
        last -> BigInt,
    }
}

diesel::table! {
    entry_number (entry_id) {
        entry_id -> BigInt,
        fiscal_year -> BigInt,
        series -> Text,
        number -> BigInt,
    }
}

diesel::table! {
    accounting_period (period) {
        period -> Text,
        state -> Text,
        changed_at -> BigInt,
    }
}

diesel::table! {
    payment (id) {
        id -> BigInt,
        number -> Text,
        invoice_id -> BigInt,
        received_on -> Text,
        amount_cents -> BigInt,
        reference -> Nullable<Text>,
        statement_key -> Nullable<Text>,
        recorded_at -> BigInt,
    }
}

diesel::table! {
    paid_back (id) {
        id -> BigInt,
        number -> Text,
        invoice_id -> BigInt,
        to_invoice_id -> Nullable<BigInt>,
        paid_on -> Text,
        amount_cents -> BigInt,
        reference -> Nullable<Text>,
        recorded_at -> BigInt,
    }
}

diesel::table! {
    on_account (id) {
        id -> BigInt,
        number -> Text,
        tenant_id -> BigInt,
        moved_on -> Text,
        amount_cents -> BigInt,
        reference -> Nullable<Text>,
        statement_key -> Nullable<Text>,
        recorded_with -> Nullable<Text>,
        recorded_at -> BigInt,
    }
}

diesel::table! {
    on_account_taken (number, taken_from) {
        number -> Text,
        taken_from -> Text,
        amount_cents -> BigInt,
    }
}

// A view: payments, and refunds below zero.
diesel::table! {
    money_moved (number) {
        id -> BigInt,
        number -> Text,
        invoice_id -> BigInt,
        received_on -> Text,
        amount_cents -> BigInt,
        reference -> Nullable<Text>,
        recorded_at -> BigInt,
    }
}

diesel::table! {
    lettering (code) {
        code -> Text,
        lettered_on -> Text,
        created_at -> BigInt,
    }
}

diesel::table! {
    lettered_line (journal, document, position) {
        journal -> Text,
        document -> Text,
        position -> BigInt,
        code -> Text,
    }
}

diesel::table! {
    audit_event (sequence) {
        sequence -> BigInt,
        at -> BigInt,
        actor -> Text,
        action -> Text,
        subject -> Text,
        detail -> Text,
        previous_hash -> Text,
        hash -> Text,
        origin -> Nullable<Text>,
        before_state -> Nullable<Text>,
        reason -> Nullable<Text>,
    }
}

diesel::table! {
    audit_head (id) {
        id -> BigInt,
        sequence -> BigInt,
        hash -> Text,
    }
}

diesel::table! {
    audit_root (size) {
        size -> BigInt,
        day -> Text,
        signed_at -> BigInt,
        head -> Text,
        root -> Text,
        previous -> Text,
        public_key -> Text,
        signature -> Text,
        looked_through -> BigInt,
    }
}

diesel::table! {
    sealed_day (day, sequence) {
        day -> Text,
        sequence -> BigInt,
        root -> Text,
        digests -> Text,
    }
}

diesel::table! {
    outbox (id) {
        id -> BigInt,
        kind -> Text,
        invoice_id -> Nullable<BigInt>,
        recipient -> Text,
        language -> Text,
        message_id -> Text,
        status -> Text,
        attempts -> BigInt,
        next_attempt_at -> BigInt,
        last_error -> Nullable<Text>,
        created_at -> BigInt,
        sent_at -> Nullable<BigInt>,
    }
}

diesel::table! {
    app_user (id) {
        id -> BigInt,
        email -> Text,
        name -> Text,
        password_hash -> Text,
        role -> Text,
        tenant_id -> Nullable<BigInt>,
        created_at -> BigInt,
        disabled_at -> Nullable<BigInt>,
        language -> Nullable<Text>,
        version -> BigInt,
        tokens_valid_from -> BigInt,
    }
}

diesel::table! {
    web_session (key) {
        key -> Text,
        user_id -> Nullable<BigInt>,
        stage -> Text,
        created_at -> BigInt,
        last_seen_at -> BigInt,
        expires_at -> BigInt,
        device -> Text,
        address -> Text,
    }
}

diesel::table! {
    invitation (id) {
        id -> BigInt,
        email -> Text,
        role -> Text,
        tenant_id -> Nullable<BigInt>,
        language -> Text,
        nonce -> Text,
        secret_hash -> Text,
        invited_by -> Text,
        created_at -> BigInt,
        expires_at -> BigInt,
        accepted_at -> Nullable<BigInt>,
        withdrawn_at -> Nullable<BigInt>,
    }
}

diesel::table! {
    password_reset (id) {
        id -> BigInt,
        user_id -> BigInt,
        language -> Text,
        nonce -> Text,
        secret_hash -> Text,
        created_at -> BigInt,
        expires_at -> BigInt,
        used_at -> Nullable<BigInt>,
    }
}

diesel::table! {
    second_factor (user_id) {
        user_id -> BigInt,
        sealed_secret -> Text,
        created_at -> BigInt,
        confirmed_at -> Nullable<BigInt>,
        last_step -> BigInt,
    }
}

diesel::table! {
    recovery_code (user_id, code_hash) {
        user_id -> BigInt,
        code_hash -> Text,
        used_at -> Nullable<BigInt>,
    }
}

diesel::table! {
    api_token (id) {
        id -> BigInt,
        user_id -> BigInt,
        name -> Text,
        prefix -> Text,
        secret_hash -> Text,
        scopes -> Text,
        created_at -> BigInt,
        expires_at -> BigInt,
        last_used_at -> Nullable<BigInt>,
        revoked_at -> Nullable<BigInt>,
    }
}

diesel::table! {
    token_key (kid) {
        kid -> Text,
        sealed_secret -> Text,
        created_at -> BigInt,
        retired_at -> Nullable<BigInt>,
    }
}

diesel::table! {
    report_archive (id) {
        id -> BigInt,
        kind -> Text,
        as_of -> Text,
        format -> Text,
        language -> Text,
        path -> Text,
        sha256 -> Text,
        bytes -> BigInt,
        created_at -> BigInt,
    }
}

diesel::table! {
    management_figure (id) {
        id -> BigInt,
        month -> Text,
        kind -> Text,
        label -> Text,
        tenant_code -> Text,
        service -> Text,
        revision -> BigInt,
        amount_cents -> BigInt,
        source -> Text,
        reason -> Nullable<Text>,
        recorded_by -> Text,
        recorded_at -> BigInt,
    }
}

diesel::table! {
    payback_terms (id) {
        id -> BigInt,
        content -> Text,
    }
}

diesel::table! {
    reading_series (meter_id, day) {
        meter_id -> BigInt,
        day -> BigInt,
        samples -> Binary,
    }
}

diesel::table! {
    reading_series_stale (meter_id, day) {
        meter_id -> BigInt,
        day -> BigInt,
        revision -> BigInt,
    }
}

diesel::table! {
    reading_series_horizon (id) {
        id -> BigInt,
        marked_until -> BigInt,
        built_until -> BigInt,
    }
}

diesel::table! {
    reading_upload (id) {
        id -> BigInt,
        file_name -> Text,
        uploaded_by -> Text,
        started_at -> BigInt,
        seen_at -> BigInt,
        bytes_total -> BigInt,
        bytes_read -> BigInt,
        state -> Text,
        report -> Nullable<Text>,
    }
}

diesel::table! {
    billing_run (id) {
        id -> BigInt,
        month -> Text,
        issues -> BigInt,
        status -> Text,
        started_by -> Text,
        started_at -> BigInt,
        seen_at -> BigInt,
        ended_at -> Nullable<BigInt>,
        error -> Nullable<Text>,
    }
}

diesel::table! {
    billing_run_item (run_id, contract) {
        run_id -> BigInt,
        contract -> Text,
        tenant -> Text,
        outcome -> Text,
        number -> Nullable<Text>,
        error -> Nullable<Text>,
    }
}

diesel::table! {
    asset_event (asset_id, number) {
        asset_id -> BigInt,
        number -> BigInt,
        effective_on -> Text,
        recorded_on -> Text,
        recorded_by -> Text,
        reason -> Text,
        decision -> Nullable<Text>,
        kind -> Text,
        change -> Text,
    }
}

diesel::table! {
    asset_file (asset_id, sha256) {
        asset_id -> BigInt,
        sha256 -> Text,
        name -> Text,
        path -> Text,
        bytes -> BigInt,
        attached_by -> Text,
        attached_at -> BigInt,
    }
}

diesel::table! {
    invoice_balance (invoice_id) {
        invoice_id -> BigInt,
        due_date -> Text,
        credited_cents -> BigInt,
        paid_cents -> BigInt,
        interest_cents -> BigInt,
        open_cents -> BigInt,
        state -> Text,
        claimable -> BigInt,
        paid_back_cents -> BigInt,
    }
}

diesel::table! {
    manual_line (id) {
        id -> BigInt,
        contract_id -> BigInt,
        month -> Text,
        service -> Text,
        designation -> Text,
        quantity_ten_thousandths -> BigInt,
        unit -> Text,
        unit_price_micro -> BigInt,
        vat -> Text,
        reason -> Text,
        added_by -> Text,
        added_at -> BigInt,
        invoice_id -> Nullable<BigInt>,
    }
}

diesel::table! {
    availability (id) {
        id -> BigInt,
        contract_id -> BigInt,
        line_code -> Text,
        month -> Text,
        percent_thousandths -> BigInt,
        committed_thousandths -> BigInt,
        credit_thousandths -> BigInt,
        reason -> Text,
        recorded_by -> Text,
        recorded_at -> BigInt,
        invoice_id -> Nullable<BigInt>,
    }
}

diesel::table! {
    bank_statement (id) {
        id -> BigInt,
        read_by -> Text,
        read_at -> BigInt,
        receipts -> BigInt,
        known_before -> BigInt,
    }
}

diesel::table! {
    bank_receipt (statement_key) {
        statement_key -> Text,
        statement_id -> BigInt,
        booked_on -> Text,
        amount_cents -> BigInt,
        text -> Text,
        outcome -> Text,
        why -> Nullable<Text>,
        payment -> Nullable<Text>,
        recorded_cents -> BigInt,
        charge_cents -> BigInt,
    }
}

diesel::table! {
    api_answer (key) {
        key -> Text,
        request_sha256 -> Text,
        status -> Nullable<BigInt>,
        body -> Nullable<Text>,
        created_at -> BigInt,
    }
}

diesel::table! {
    asset_version (asset_code, number) {
        asset_code -> Text,
        number -> BigInt,
        known_from -> Text,
        recorded_by -> Text,
        content -> Text,
    }
}

diesel::table! {
    evidence_pack (id) {
        id -> BigInt,
        year -> BigInt,
        status -> Text,
        parts_done -> BigInt,
        parts -> BigInt,
        started_by -> Text,
        started_at -> BigInt,
        seen_at -> BigInt,
        ended_at -> Nullable<BigInt>,
        error -> Nullable<Text>,
        path -> Nullable<Text>,
        sha256 -> Nullable<Text>,
        bytes -> Nullable<BigInt>,
    }
}

diesel::joinable!(invoice -> tenant (tenant_id));
diesel::joinable!(invoice -> contract (contract_id));
diesel::joinable!(invoice_line -> invoice (invoice_id));
diesel::joinable!(invoice_archive -> invoice (invoice_id));
diesel::joinable!(app_user -> tenant (tenant_id));
diesel::joinable!(invitation -> tenant (tenant_id));

diesel::table! {
    mail_settings (id) {
        id -> BigInt,
        version -> BigInt,
        transport -> Text,
        attach_pdf -> BigInt,
        smtp_host -> Text,
        smtp_port -> BigInt,
        smtp_security -> Text,
        smtp_user -> Nullable<Text>,
        sealed_password -> Nullable<Text>,
        authority -> Nullable<Text>,
        saved_by -> Text,
        saved_at -> BigInt,
    }
}

diesel::allow_tables_to_appear_in_same_query!(invoice, invoice_line, invoice_archive, contract, tenant, app_user);
diesel::joinable!(entry_number -> journal_entry (entry_id));
diesel::joinable!(payment -> invoice (invoice_id));
diesel::joinable!(money_moved -> invoice (invoice_id));
diesel::joinable!(invoice_balance -> invoice (invoice_id));
diesel::joinable!(manual_line -> contract (contract_id));
diesel::joinable!(availability -> contract (contract_id));
diesel::joinable!(on_account -> tenant (tenant_id));
diesel::joinable!(availability -> invoice (invoice_id));
diesel::joinable!(lettered_line -> lettering (code));
diesel::joinable!(billing_run_item -> billing_run (run_id));

diesel::allow_tables_to_appear_in_same_query!(journal_entry, journal_line, entry_number);
diesel::allow_tables_to_appear_in_same_query!(invoice_reference, invoice);
diesel::allow_tables_to_appear_in_same_query!(payment, invoice);
diesel::allow_tables_to_appear_in_same_query!(payment, tenant);
diesel::allow_tables_to_appear_in_same_query!(money_moved, invoice);
diesel::allow_tables_to_appear_in_same_query!(money_moved, tenant);
diesel::allow_tables_to_appear_in_same_query!(paid_back, invoice);
diesel::allow_tables_to_appear_in_same_query!(on_account, tenant);
diesel::allow_tables_to_appear_in_same_query!(on_account, payment);
diesel::allow_tables_to_appear_in_same_query!(on_account, money_moved);
diesel::allow_tables_to_appear_in_same_query!(on_account, invoice);
diesel::allow_tables_to_appear_in_same_query!(on_account_taken, on_account);
diesel::allow_tables_to_appear_in_same_query!(on_account_taken, tenant);
diesel::allow_tables_to_appear_in_same_query!(invoice_balance, invoice);
diesel::allow_tables_to_appear_in_same_query!(invoice_balance, tenant);
diesel::allow_tables_to_appear_in_same_query!(invoice_balance, contract);
diesel::allow_tables_to_appear_in_same_query!(manual_line, contract);
diesel::allow_tables_to_appear_in_same_query!(availability, contract);
diesel::allow_tables_to_appear_in_same_query!(availability, invoice);
diesel::allow_tables_to_appear_in_same_query!(lettered_line, lettering);
diesel::allow_tables_to_appear_in_same_query!(billing_run_item, billing_run);
diesel::allow_tables_to_appear_in_same_query!(lettered_line, journal_line);
diesel::allow_tables_to_appear_in_same_query!(lettering, journal_line);
diesel::allow_tables_to_appear_in_same_query!(audit_event, invoice);
diesel::allow_tables_to_appear_in_same_query!(invitation, tenant);
diesel::allow_tables_to_appear_in_same_query!(audit_event, invoice_archive);
diesel::allow_tables_to_appear_in_same_query!(fixed_asset, asset_file);
